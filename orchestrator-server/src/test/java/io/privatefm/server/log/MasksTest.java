/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.access.ApiKey;
import io.privatefm.server.config.Secret;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Masks")
class MasksTest {
    private static final Masks MASKS =
            new Masks(List.of(new Secret("correct horse"), new Secret("quo\"ted\\secret"), new Secret("short")));

    @Test
    @DisplayName("hide a secret wherever it is, also as JSON writes it")
    void known() {
        assertThat(MASKS.mask("login with correct horse failed: correct horse"))
                .isEqualTo("login with *** failed: ***");
        assertThat(MASKS.mask("{\"m\":\"quo\\\"ted\\\\secret\"}")).isEqualTo("{\"m\":\"***\"}");
    }

    @Test
    @DisplayName("hide a longer secret whole that has a shorter one in it")
    void longestFirst() {
        Masks masks = new Masks(List.of(new Secret("password"), new Secret("password-of-all")));

        assertThat(masks.mask("password-of-all")).isEqualTo("***");
    }

    @Test
    @DisplayName("leave words alone that are too short to be told from others, and lines without secrets as they are")
    void others() {
        String line = "a short line";

        assertThat(MASKS.mask(line)).isSameAs(line);
    }

    @Test
    @DisplayName("hide the secret part of any stored key")
    void storedKeys() {
        ApiKey key = ApiKey.draw(ApiKey.Environment.LIVE, new Random(1));

        assertThat(MASKS.mask("key " + key.text() + ".")).isEqualTo("key pbk_live_" + key.id() + "_***.");
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import static io.privatefm.core.seal.SealFixture.ADA;
import static io.privatefm.core.seal.SealFixture.BEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.checkpoint.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A sealed row")
class RowSealTest {
    private static final String TEXT = "{\"subject\":\"math\",\"übung\":1}";

    private final long seed = TestSeed.of(getClass());
    private final SealFixture fixture = new SealFixture(seed);

    private static SealContext event(NsUid namespace, long seq, String type) {
        return new SealContext(namespace, SealContext.Role.EVENT, seq, type);
    }

    private String sealed(SealContext context) {
        return fixture.store.inTransaction(tx -> fixture.rows.seal(tx, context, TEXT));
    }

    @Test
    @DisplayName("gives its text back, is another each time, and shows nothing of it")
    void roundTrip() {
        SealContext what = event(ADA, 1, "CREATED-1");
        Set<String> stored = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            String one = sealed(what);
            assertThat(fixture.rows.open(what, one)).isEqualTo(TEXT);
            assertThat(new String(Base64.getUrlDecoder().decode(one), StandardCharsets.ISO_8859_1))
                    .doesNotContain("subject", "math");
            stored.add(one);
        }
        assertThat(stored).hasSize(20);
    }

    @Test
    @DisplayName("opens in its own place only: not as another learner's, another's number, type or role")
    void place() {
        String stored = sealed(event(ADA, 2, "CREATED-1"));
        for (SealContext other : List.of(
                event(BEN, 2, "CREATED-1"),
                event(ADA, 1, "CREATED-1"),
                event(ADA, 2, "CREATED-2"),
                new SealContext(ADA, SealContext.Role.MESSAGE, 2, "CREATED-1"))) {
            assertThatThrownBy(() -> fixture.rows.open(other, stored))
                    .as("%s", other)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("belongs somewhere else");
        }
        assertThatThrownBy(() -> fixture.rows.open(event(ADA, 3, "CREATED-1"), stored))
                .isInstanceOfSatisfying(
                        CorruptDataException.class, e -> assertThat(e.verdict()).isEqualTo(Verdict.ROLLBACK));
    }

    @Test
    @DisplayName("with a bit turned, cut off, or in the clear is refused, and no other text comes out")
    void damaged() {
        SealContext what = event(ADA, 1, "CREATED-1");
        byte[] stored = Base64.getUrlDecoder().decode(sealed(what));
        Random random = new Random(seed);
        for (int bit = 0; bit < 8 * stored.length; bit++) {
            byte[] turned = stored.clone();
            turned[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused(what, Base64.getUrlEncoder().withoutPadding().encodeToString(turned), "bit " + bit);
        }
        for (int i = 0; i < 50; i++) {
            byte[] cut = Arrays.copyOf(stored, random.nextInt(stored.length));
            assertRefused(what, Base64.getUrlEncoder().withoutPadding().encodeToString(cut), "cut to " + cut.length);
        }
        assertRefused(what, TEXT, "in the clear");
        assertRefused(what, "", "nothing");
    }

    private void assertRefused(SealContext what, String stored, String how) {
        Throwable thrown = catchThrowable(() -> fixture.rows.open(what, stored));
        assertThat(thrown).as("seed %s, %s", seed, how).isInstanceOf(PfmException.class);
    }

    @Test
    @DisplayName("is gone with its key")
    void keyDestroyed() {
        SealContext what = event(ADA, 1, "CREATED-1");
        String stored = sealed(what);
        fixture.vault.destroy(ADA);
        fixture.keyring.forget(ADA);

        assertThatThrownBy(() -> fixture.rows.open(what, stored)).isInstanceOf(KeyDestroyedException.class);
    }

    @Test
    @DisplayName("is the text itself without a vault")
    void plain() {
        RowSeal plain = new RowSeal(null, new Random(1));
        SealContext what = event(ADA, 1, "CREATED-1");

        assertThat(fixture.store.<String>inTransaction(tx -> plain.seal(tx, what, TEXT)))
                .isEqualTo(TEXT);
        assertThat(plain.open(what, TEXT)).isEqualTo(TEXT);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The environment's keys")
class EnvironmentKeysTest {
    @Test
    @DisplayName("have 32 characters at least, and are not repeated where they have not")
    void tooShort() {
        String key = "only-31-characters-are-not-long";
        assertThat(key).hasSize(EnvironmentKeys.SHORTEST - 1);
        assertRefused(Optional.of(key), Optional.empty(), "SERVICE_API_KEY");
        assertRefused(Optional.empty(), Optional.of(key), "GUARDIAN_API_KEY");
        assertRefused(Optional.of(Scene.SERVICE_KEY), Optional.of(Scene.SERVICE_KEY), "must not be the same");
        assertThat(new EnvironmentKeys(Optional.of(key + "!"), Optional.empty()).holder(key + "!"))
                .contains(EnvironmentKeys.SERVICE);
    }

    private static void assertRefused(Optional<String> service, Optional<String> guardian, String reason) {
        assertThatThrownBy(() -> new EnvironmentKeys(service, guardian))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.CONFIGURATION))
                .hasMessageContaining(reason)
                .satisfies(refusal -> assertThat(refusal.getMessage())
                        .doesNotContain(service.orElse("-----"))
                        .doesNotContain(guardian.orElse("-----")));
    }

    @Test
    @DisplayName("are told apart, and from every other text")
    void holders() {
        EnvironmentKeys keys = new EnvironmentKeys(Optional.of(Scene.SERVICE_KEY), Optional.of(Scene.GUARDIAN_KEY));
        assertThat(keys.holder(Scene.SERVICE_KEY)).contains(EnvironmentKeys.SERVICE);
        assertThat(keys.holder(Scene.GUARDIAN_KEY)).contains(EnvironmentKeys.GUARDIAN);
        assertThat(keys.holder(Scene.SERVICE_KEY + " ")).isEmpty();
        assertThat(keys.holder("")).isEmpty();
        assertThat(keys).hasToString("EnvironmentKeys[***]");
    }
}

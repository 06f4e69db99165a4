/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.recovery.RecoveryPolicy;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The rules of recovery")
class RecoveryRulesTest {
    @Test
    @DisplayName("are the defaults, or what the environment says")
    void environment() {
        assertThat(RecoveryRules.of(Map.of())).isEqualTo(RecoveryPolicy.DEFAULT);
        assertThat(RecoveryRules.of(Map.of("MAX_VERSION_LAG", "0", "FALLBACK_RETRY_LIMIT", " 7 ")))
                .isEqualTo(RecoveryPolicy.DEFAULT.withMaxVersionLag(0).withRetryLimit(7));
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
        "MAX_VERSION_LAG,-1",
        "MAX_VERSION_LAG,three",
        "MAX_VERSION_LAG,''",
        "FALLBACK_RETRY_LIMIT,0",
        "FALLBACK_RETRY_LIMIT,1.5",
        "FALLBACK_RETRY_LIMIT,99999999999"
    })
    @DisplayName("are refused with the variable's name:")
    void refused(String variable, String value) {
        assertThatThrownBy(() -> RecoveryRules.of(Map.of(variable, value)))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                .hasMessageContaining(variable)
                .hasMessageContaining(value);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.checkpoint.RetentionPolicy;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A retention policy")
class RetentionPolicyTest {
    @Test
    @DisplayName("keeps checkpoints for 30 days, and the newest three, unless it is told otherwise")
    void byDefault() {
        assertThat(RetentionPolicy.DEFAULT).isEqualTo(new RetentionPolicy(Duration.ofDays(30), 3));
        assertThat(RetentionPolicy.DEFAULT.withMaxAge(Duration.ZERO).withKeepLast(2))
                .isEqualTo(new RetentionPolicy(Duration.ZERO, 2));
        assertThat(RetentionPolicy.DEFAULT.withMaxAge(Duration.ofDays(36_500)).keepLast())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "-PT0.000000001S,3,checkpoints are kept for 0 to 36500 days",
        "-P1D,3,checkpoints are kept for 0 to 36500 days",
        "P36501D,3,checkpoints are kept for 0 to 36500 days",
        "PT2562047788015215H,3,checkpoints are kept for 0 to 36500 days",
        "P30D,1,at least 2 checkpoints are kept",
        "P30D,0,at least 2 checkpoints are kept",
        "P30D,-2147483648,at least 2 checkpoints are kept"
    })
    @DisplayName("refuses an age below zero or beyond reason, and to keep fewer than recovery needs")
    void refused(Duration maxAge, int keepLast, String message) {
        assertThatThrownBy(() -> new RetentionPolicy(maxAge, keepLast))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                .hasMessageStartingWith(message);
    }
}

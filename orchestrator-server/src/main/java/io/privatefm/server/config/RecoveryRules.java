/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.recovery.RecoveryPolicy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** When namespaces fall back, by the environment: {@value #LAG} and {@value #RETRIES}. */
public final class RecoveryRules {
    public static final String LAG = "MAX_VERSION_LAG";
    public static final String RETRIES = "FALLBACK_RETRY_LIMIT";

    private RecoveryRules() {}

    /**
     * The policy.
     *
     * @throws InvalidInputException with {@link ErrorCode#CONFIGURATION} if a variable is no number, or too small
     */
    public static RecoveryPolicy of(Map<String, String> environment) {
        RecoveryPolicy defaults = RecoveryPolicy.DEFAULT;
        return defaults.withMaxVersionLag(number(environment, LAG, 0, defaults.maxVersionLag()))
                .withRetryLimit(number(environment, RETRIES, 1, defaults.retryLimit()));
    }

    private static int number(Map<String, String> environment, String variable, int least, int absent) {
        @Nullable String given = environment.get(variable);
        if (given == null) {
            return absent;
        }
        try {
            int number = Integer.parseInt(given.strip());
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new InvalidInputException(
                ErrorCode.CONFIGURATION, variable + " must be a whole number, " + least + " or more, not: " + given);
    }
}

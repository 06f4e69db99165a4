/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import io.privatefm.spi.recovery.RecoveryPolicy;
import java.util.Map;

/** When namespaces fall back, by the environment: {@link Setting#MAX_VERSION_LAG} and {@link Setting#FALLBACK_RETRY_LIMIT}. */
public final class RecoveryRules {
    private RecoveryRules() {}

    /**
     * The policy.
     *
     * @throws io.privatefm.spi.InvalidInputException with {@link io.privatefm.spi.ErrorCode#CONFIGURATION} if a variable is no number, or
     *     too small
     */
    public static RecoveryPolicy of(Map<String, String> environment) {
        Variables variables = new Variables(environment);
        RecoveryPolicy policy = read(variables);
        variables.end();
        return policy;
    }

    static RecoveryPolicy read(Variables variables) {
        RecoveryPolicy defaults = RecoveryPolicy.DEFAULT;
        return defaults.withMaxVersionLag(
                        variables.count(Setting.MAX_VERSION_LAG, 0, Integer.MAX_VALUE, defaults.maxVersionLag()))
                .withRetryLimit(
                        variables.count(Setting.FALLBACK_RETRY_LIMIT, 1, Integer.MAX_VALUE, defaults.retryLimit()));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import io.privatefm.spi.checkpoint.RetentionPolicy;
import java.time.Duration;
import java.util.Map;

/** How long checkpoints are kept, by the environment: {@link Setting#CHECKPOINT_RETENTION_DAYS}. */
public final class RetentionRules {
    private static final int MOST_DAYS = 36_500;

    private RetentionRules() {}

    /**
     * The policy.
     *
     * @throws io.privatefm.spi.InvalidInputException with {@link io.privatefm.spi.ErrorCode#CONFIGURATION} if it is no number of days
     */
    public static RetentionPolicy of(Map<String, String> environment) {
        Variables variables = new Variables(environment);
        RetentionPolicy policy = read(variables);
        variables.end();
        return policy;
    }

    static RetentionPolicy read(Variables variables) {
        RetentionPolicy defaults = RetentionPolicy.DEFAULT;
        int days = variables.count(Setting.CHECKPOINT_RETENTION_DAYS, 0, MOST_DAYS, (int)
                defaults.maxAge().toDays());
        return defaults.withMaxAge(Duration.ofDays(days));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.checkpoint;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.time.Duration;

/**
 * How long checkpoints are kept. One goes when it is older than {@code maxAge} and not among the newest {@code keepLast}; what
 * recovery needs stays beyond that.
 *
 * @param maxAge 0 to 100 years of 365 days
 * @param keepLast at least {@value #LEAST_KEPT}: the newest, and an older one to fall back to
 */
public record RetentionPolicy(Duration maxAge, int keepLast) {
    /** The fewest checkpoints that a policy can keep. */
    public static final int LEAST_KEPT = 2;

    private static final Duration LONGEST = Duration.ofDays(36_500);

    /** 30 days, and the newest three whatever their age. */
    public static final RetentionPolicy DEFAULT = new RetentionPolicy(Duration.ofDays(30), 3);

    public RetentionPolicy {
        if (maxAge.isNegative() || maxAge.compareTo(LONGEST) > 0) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION,
                    "checkpoints are kept for 0 to " + LONGEST.toDays() + " days, not for " + maxAge);
        }
        if (keepLast < LEAST_KEPT) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION,
                    "at least " + LEAST_KEPT + " checkpoints are kept, not " + keepLast
                            + ": recovery needs an older one beside the newest");
        }
    }

    /** This policy with another age. */
    public RetentionPolicy withMaxAge(Duration age) {
        return new RetentionPolicy(age, keepLast);
    }

    /** This policy with another number of checkpoints that stay whatever their age. */
    public RetentionPolicy withKeepLast(int count) {
        return new RetentionPolicy(maxAge, count);
    }
}

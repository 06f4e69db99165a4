/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.time.Duration;

/**
 * When namespaces fall back, how often it is tried, and when all of it is stopped.
 *
 * @param maxVersionLag how many foundation releases a namespace may be behind; one more, and it falls back
 * @param retryLimit how many failures there may be before a namespace is given up, at least 1
 * @param breakerCount the breaker trips when more namespaces than this, and at least {@code breakerShare} of all, were found damaged
 *     within {@code breakerWindow}
 * @param breakerShare from 0 to 1
 */
public record RecoveryPolicy(
        int maxVersionLag, int retryLimit, int breakerCount, double breakerShare, Duration breakerWindow) {
    /** Lag up to 3, 3 failures; more than 5 namespaces and 2 % within 10 minutes. */
    public static final RecoveryPolicy DEFAULT = new RecoveryPolicy(3, 3, 5, 0.02, Duration.ofMinutes(10));

    public RecoveryPolicy {
        if (maxVersionLag < 0 || retryLimit < 1 || breakerCount < 0) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION,
                    "lag and breaker count must be 0 or more, the retry limit 1 or more: " + maxVersionLag + ", "
                            + breakerCount + ", " + retryLimit);
        }
        if (!(breakerShare >= 0 && breakerShare <= 1) || breakerWindow.isNegative()) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION,
                    "the breaker's share must be 0 to 1 and its window not negative: " + breakerShare + ", "
                            + breakerWindow);
        }
    }

    /** This policy with another lag. */
    public RecoveryPolicy withMaxVersionLag(int releases) {
        return new RecoveryPolicy(releases, retryLimit, breakerCount, breakerShare, breakerWindow);
    }

    /** This policy with another number of failures. */
    public RecoveryPolicy withRetryLimit(int failures) {
        return new RecoveryPolicy(maxVersionLag, failures, breakerCount, breakerShare, breakerWindow);
    }

    /** This policy with another breaker. */
    public RecoveryPolicy withBreaker(int count, double share, Duration window) {
        return new RecoveryPolicy(maxVersionLag, retryLimit, count, share, window);
    }
}

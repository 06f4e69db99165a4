/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.time.Duration;

/**
 * What a scrub is to do.
 *
 * @param notSince namespaces that were scrubbed since less time than this are passed over: so a scrub that was stopped goes on where it was
 * @param bytesPerSecond how many stored bytes are read in a second at most, over the whole run; 0 for no limit
 * @param mostNamespaces it ends after so many, at least 1
 * @param recover whether what is found damaged falls back
 */
public record ScrubRequest(
        ScrubLevel level, Duration notSince, long bytesPerSecond, int mostNamespaces, boolean recover) {
    /** Everything that was not scrubbed within the last day, at level 2, without limits; damaged namespaces fall back. */
    public static final ScrubRequest DEFAULT =
            new ScrubRequest(ScrubLevel.L2, Duration.ofDays(1), 0, Integer.MAX_VALUE, true);

    public ScrubRequest {
        if (notSince.isNegative() || bytesPerSecond < 0 || mostNamespaces < 1) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "a scrub needs times and rates that are not negative, and at least one namespace: " + notSince
                            + ", " + bytesPerSecond + ", " + mostNamespaces);
        }
    }

    /** This request at another level. */
    public ScrubRequest withLevel(ScrubLevel other) {
        return new ScrubRequest(other, notSince, bytesPerSecond, mostNamespaces, recover);
    }

    /** This request for namespaces that were not scrubbed within this time. */
    public ScrubRequest withNotSince(Duration time) {
        return new ScrubRequest(level, time, bytesPerSecond, mostNamespaces, recover);
    }

    /** This request at another rate. */
    public ScrubRequest withBytesPerSecond(long rate) {
        return new ScrubRequest(level, notSince, rate, mostNamespaces, recover);
    }

    /** This request for no more namespaces than this. */
    public ScrubRequest withMostNamespaces(int most) {
        return new ScrubRequest(level, notSince, bytesPerSecond, most, recover);
    }

    /** This request with or without fallbacks. */
    public ScrubRequest withRecover(boolean fallBack) {
        return new ScrubRequest(level, notSince, bytesPerSecond, mostNamespaces, fallBack);
    }
}

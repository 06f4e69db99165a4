/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import java.util.function.LongSupplier;

/** How often each caller may have operations of each class. Safe for use by several threads at once. */
public final class RateLimits {
    /** How many deletions a caller may have a minute, whatever the other classes' limit is. */
    public static final int DELETIONS_PER_MINUTE = 600;

    /**
     * The same limit for each class but {@link OperationClass#DELETION}, which has {@link #DELETIONS_PER_MINUTE}.
     *
     * @param perMinute at least 1
     * @param nanos a clock of nanoseconds that only goes forward, such as {@code System::nanoTime}
     */
    public RateLimits(int perMinute, LongSupplier nanos) {
        throw new UnsupportedOperationException();
    }

    /**
     * Counts one operation.
     *
     * @throws AccessException ({@link AccessException.Kind#TOO_MANY_REQUESTS}) if it is one too many now
     */
    public void require(Principal who, OperationClass what) {
        throw new UnsupportedOperationException();
    }
}

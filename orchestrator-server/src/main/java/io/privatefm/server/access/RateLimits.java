/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import io.privatefm.spi.limit.Permit;
import io.privatefm.spi.limit.RateLimiter;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often each caller may have operations of each class. What a caller uses up of one class takes nothing from the others, nor from
 * another caller. Safe for use by several threads at once.
 */
public final class RateLimits {
    /** How many deletions a caller may have a minute, whatever the other classes' limit is. */
    public static final int DELETIONS_PER_MINUTE = 600;

    private static final int CALLERS = 10_000;

    private final Map<OperationClass, RateLimiter> limiters = new EnumMap<>(OperationClass.class);

    /**
     * The same limit for each class but {@link OperationClass#DELETION}, which has {@link #DELETIONS_PER_MINUTE}.
     *
     * @param perMinute at least 1
     * @param nanos a clock of nanoseconds that only goes forward, such as {@code System::nanoTime}
     */
    public RateLimits(int perMinute, LongSupplier nanos) {
        for (OperationClass each : OperationClass.values()) {
            int limit = each == OperationClass.DELETION ? DELETIONS_PER_MINUTE : perMinute;
            limiters.put(each, new BucketLimiter(limit, CALLERS, nanos));
        }
    }

    /**
     * Counts one operation.
     *
     * @throws AccessException ({@link AccessException.Kind#TOO_MANY_REQUESTS}) if it is one too many now
     */
    public void require(Principal who, OperationClass what) {
        RateLimiter limiter = limiters.get(what);
        if (limiter != null && limiter.tryAcquire(who.id(), 1) instanceof Permit.RetryAfter retry) {
            throw AccessException.tooManyRequests(
                    "too many operations of the class " + what.name().toLowerCase(Locale.ROOT), retry.after());
        }
    }
}

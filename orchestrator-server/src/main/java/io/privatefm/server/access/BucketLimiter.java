/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.limit.Permit;
import io.privatefm.spi.limit.RateLimiter;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Token buckets of this process, one for each key: so many permits are there at once, and so many come each minute. The number of
 * buckets is bounded; one that was full again is forgotten.
 */
public final class BucketLimiter implements RateLimiter {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final LoadingCache<String, Bucket> buckets;
    private final int perMinute;

    /**
     * Makes a limiter.
     *
     * @param perMinute permits, at least 1
     * @param keys how many there are buckets for; beyond it, those that are seldom used are forgotten
     * @param nanos a clock of nanoseconds that only goes forward, such as {@code System::nanoTime}
     */
    public BucketLimiter(int perMinute, int keys, LongSupplier nanos) {
        if (perMinute < 1) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "a limit must be at least 1 a minute, not " + perMinute);
        }
        this.perMinute = perMinute;
        TimeMeter time = new GivenTime(nanos, nanos.getAsLong());
        this.buckets = Caffeine.newBuilder()
                .maximumSize(keys)
                .expireAfterAccess(MINUTE.plusSeconds(1)) // full by then
                .ticker(nanos::getAsLong)
                .executor(Runnable::run)
                .build(key -> Bucket.builder()
                        .withCustomTimePrecision(time)
                        .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, MINUTE))
                        .build());
    }

    @Override
    public Permit tryAcquire(String key, int permits) {
        if (permits < 1 || permits > perMinute) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, "permits must be 1 to " + perMinute + ", not " + permits);
        }
        Bucket bucket = buckets.get(key);
        return bucket.tryConsume(permits) ? new Permit.Allowed() : retry(bucket, permits);
    }

    /** How many buckets there are. */
    long size() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }

    private static Permit retry(Bucket bucket, int permits) {
        long nanos = bucket.estimateAbilityToConsume(permits).getNanosToWaitForRefill();
        return new Permit.RetryAfter(Duration.ofNanos(Math.max(nanos, 1)));
    }

    /** Counts from the start: the buckets compare times as they are, and would stand still if they overflowed. */
    private record GivenTime(LongSupplier nanos, long start) implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return nanos.getAsLong() - start;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.limit.Permit;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Rate limits")
class RateLimitsTest {
    private static final int LIMIT = 6;
    private static final Principal ONE = new Principal("one", Set.of());
    private static final Principal OTHER = new Principal("other", Set.of());

    /** Begins anywhere, as {@code System.nanoTime} does: here just before it overflows. */
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

    private final RateLimits limits = new RateLimits(LIMIT, nanos::get);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void use(Principal who, OperationClass what, int times) {
        for (int i = 0; i < times; i++) {
            limits.require(who, what);
        }
    }

    private AccessException refused(Principal who, OperationClass what) {
        AccessException refusal = catchThrowableOfType(AccessException.class, () -> limits.require(who, what));
        assertThat(refusal).as("refusal").isNotNull();
        assertThat(refusal.kind()).isEqualTo(AccessException.Kind.TOO_MANY_REQUESTS);
        return refusal;
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DELETION")
    @DisplayName("give each caller so many operations of a class a minute, and say when the next may come")
    void perMinute(OperationClass what) {
        use(ONE, what, LIMIT);
        assertThat(refused(ONE, what).retryAfter()).contains(Duration.ofSeconds(60 / LIMIT));
        use(OTHER, what, LIMIT);

        pass(Duration.ofSeconds(60 / LIMIT).minusNanos(1));
        assertThat(refused(ONE, what).retryAfter()).contains(Duration.ofNanos(1));
        pass(Duration.ofNanos(1));
        use(ONE, what, 1);
        refused(ONE, what);
        pass(Duration.ofDays(1));
        use(ONE, what, LIMIT);
        refused(ONE, what);
    }

    @Test
    @DisplayName("leave deletions what they have, whatever else is used up")
    void deletions() {
        for (OperationClass what : EnumSet.complementOf(EnumSet.of(OperationClass.DELETION))) {
            use(ONE, what, LIMIT);
            refused(ONE, what);
        }
        use(ONE, OperationClass.DELETION, RateLimits.DELETIONS_PER_MINUTE);
        refused(ONE, OperationClass.DELETION);
    }

    @Test
    @DisplayName("keep no more than so many buckets, and none that is full again")
    void bounded() {
        BucketLimiter limiter = new BucketLimiter(LIMIT, 100, nanos::get);
        for (int i = 0; i < 10_000; i++) {
            assertThat(limiter.tryAcquire("caller " + i, 1)).isEqualTo(new Permit.Allowed());
        }
        assertThat(limiter.size()).isBetween(1L, 100L);
        pass(Duration.ofSeconds(62));
        assertThat(limiter.size()).isZero();
    }

    @Test
    @DisplayName("take several permits together or none of them")
    void several() {
        BucketLimiter limiter = new BucketLimiter(LIMIT, 100, nanos::get);
        assertThat(limiter.tryAcquire("one", 4)).isEqualTo(new Permit.Allowed());
        assertThat(limiter.tryAcquire("one", 4)).isEqualTo(new Permit.RetryAfter(Duration.ofSeconds(20)));
        assertThat(limiter.tryAcquire("one", 2)).isEqualTo(new Permit.Allowed());
        assertThat(limiter.tryAcquire("one", 1)).isEqualTo(new Permit.RetryAfter(Duration.ofSeconds(10)));
        assertThat(limiter.tryAcquire("other", 1)).isEqualTo(new Permit.Allowed());
    }

    @Test
    @DisplayName("refuse limits and numbers of permits that can never be")
    void wrong() {
        assertThatThrownBy(() -> new RateLimits(0, nanos::get)).isInstanceOf(InvalidInputException.class);
        BucketLimiter limiter = new BucketLimiter(LIMIT, 100, nanos::get);
        assertThatThrownBy(() -> limiter.tryAcquire("one", 0)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> limiter.tryAcquire("one", LIMIT + 1)).isInstanceOf(InvalidInputException.class);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.health;

import io.privatefm.spi.PfmException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A component that is looked at by one thread at a time, which may hang in it: nobody waits for longer than a deadline, and no second
 * thread goes in before the first has come back. Whoever asks soon after another gets the same answer.
 */
final class WatchedComponent {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedComponent.class);

    private final ComponentCheck check;
    private final long deadline;
    private final long fresh;
    private final LongSupplier nanos;
    private @Nullable Look look;
    private HealthStatus known = HealthStatus.UP;

    WatchedComponent(ComponentCheck check, Duration deadline, Duration fresh, LongSupplier nanos) {
        this.check = check;
        this.deadline = deadline.toNanos();
        this.fresh = fresh.toNanos();
        this.nanos = nanos;
    }

    /** One look, which began at a time and ends at one. */
    private final class Look {
        private final long begun = nanos.getAsLong();
        private final CompletableFuture<ComponentHealth> answer = new CompletableFuture<>();
        private volatile long ended = begun;

        private void begin() {
            Thread thread = new Thread(this::run, "pfm-health-" + check.name());
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            ComponentHealth health;
            try {
                String detail = check.probe().look();
                health = new ComponentHealth(HealthStatus.UP, detail, millis());
                tell(HealthStatus.UP, null);
            } catch (Throwable e) {
                health = new ComponentHealth(HealthStatus.DOWN, detail(e), millis());
                tell(HealthStatus.DOWN, e);
            }
            ended = nanos.getAsLong();
            answer.complete(health);
        }

        private long millis() {
            return TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - begun);
        }

        private boolean isOver() {
            return answer.isDone() && nanos.getAsLong() - ended >= fresh;
        }
    }

    String name() {
        return check.name();
    }

    boolean isRequired() {
        return check.required();
    }

    /** Sees to it that there is an answer that is new enough, or a thread that looks for one. */
    synchronized void begin() {
        if (look == null || look.isOver()) {
            look = new Look();
            look.begin();
        }
    }

    /** The answer; waits until the thread that looks has been at it for as long as it may. After {@link #begin()}. */
    ComponentHealth answer() {
        Look current = current();
        long left = deadline - (nanos.getAsLong() - current.begun);
        try {
            return current.answer.get(Math.max(0, left), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            tell(HealthStatus.DOWN, null);
            return new ComponentHealth(HealthStatus.DOWN, "does not answer", current.millis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new ComponentHealth(HealthStatus.DOWN, "not known: the service is stopping", current.millis());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized Look current() {
        if (look == null) {
            throw new IllegalStateException("nobody looks");
        }
        return look;
    }

    /** What anybody may read of a failure: its kind. Its message may name a host. */
    private static String detail(Throwable failure) {
        return failure instanceof PfmException known
                ? known.code().name()
                : failure.getClass().getSimpleName();
    }

    private synchronized void tell(HealthStatus now, @Nullable Throwable why) {
        if (now == known) {
            return;
        }
        known = now;
        if (now == HealthStatus.UP) {
            LOG.info("{} is up again", check.name());
        } else {
            LOG.warn("{} is down: {}", check.name(), why == null ? "it does not answer" : "it failed", why);
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.PfmException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upkeep that is always running: messages are published, and the audit log is sequenced, twice a second; messages at once when something
 * was done that others wait to hear of. The timer only says when: a bus that does not answer must not hold up the renewal of leases.
 */
final class Ticks {
    private static final Logger LOG = LoggerFactory.getLogger(Ticks.class);
    private static final Duration TICK = Duration.ofMillis(500);

    private final Upkeep upkeep;
    private final ScheduledExecutorService timer;
    private final @Nullable Background own;
    private final Executor rounds;
    private final ReentrantLock ticking = new ReentrantLock();
    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile boolean stopped;
    private @Nullable ScheduledFuture<?> running;

    /** @param given where rounds run; on a thread of their own if there is none */
    Ticks(Upkeep upkeep, ScheduledExecutorService timer, @Nullable Executor given) {
        this.upkeep = upkeep;
        this.timer = timer;
        own = given == null ? new Background("pfm-upkeep") : null;
        rounds = own == null ? Objects.requireNonNull(given) : own;
    }

    /** @throws IllegalStateException if it runs already */
    synchronized void start() {
        if (running != null) {
            throw new IllegalStateException("started already");
        }
        if (own != null) {
            own.start();
        }
        running = timer.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    synchronized boolean isRunning() {
        return running != null;
    }

    private void tick() {
        due.set(true);
        wake();
    }

    /** Lets a round begin now, unless one waits to begin; a thread that is in a round sends what is new in that. */
    void wake() {
        if (stopped || ticking.isHeldByCurrentThread() || asked.getAndSet(true)) {
            return;
        }
        try {
            rounds.execute(this::round);
        } catch (RejectedExecutionException e) {
            asked.set(false);
            LOG.debug("no more upkeep", e);
        }
    }

    private void round() {
        ticking.lock();
        try {
            asked.set(false);
            if (stopped) {
                return;
            }
            upkeep.relayMessages();
            if (due.getAndSet(false)) {
                upkeep.sequenceAudit();
            }
        } catch (PfmException e) {
            LOG.warn("upkeep failed; it is tried again", e);
        } catch (RuntimeException e) {
            LOG.error("upkeep failed", e);
        } finally {
            ticking.unlock();
        }
    }

    /** Begins no more rounds. Idempotent. */
    synchronized void stop() {
        stopped = true;
        if (running != null) {
            running.cancel(false);
            running = null;
        }
    }

    /** Waits for the round that is running. */
    void await(Duration patience) throws InterruptedException {
        boolean ended = own == null || own.stop(patience);
        if (ended && ticking.tryLock(patience.toSeconds(), TimeUnit.SECONDS)) {
            ticking.unlock();
        } else {
            LOG.warn("upkeep has not ended after {}", patience);
        }
    }
}

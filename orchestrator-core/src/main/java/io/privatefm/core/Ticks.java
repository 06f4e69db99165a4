/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.PfmException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The upkeep that is always running: messages are published, and the audit log is sequenced, twice a second. */
final class Ticks {
    private static final Logger LOG = LoggerFactory.getLogger(Ticks.class);
    private static final Duration TICK = Duration.ofMillis(500);

    private final Upkeep upkeep;
    private final ScheduledExecutorService timer;
    private final ReentrantLock ticking = new ReentrantLock();
    private volatile boolean stopped;
    private @Nullable ScheduledFuture<?> running;

    Ticks(Upkeep upkeep, ScheduledExecutorService timer) {
        this.upkeep = upkeep;
        this.timer = timer;
    }

    /** @throws IllegalStateException if it runs already */
    synchronized void start() {
        if (running != null) {
            throw new IllegalStateException("started already");
        }
        running = timer.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    synchronized boolean isRunning() {
        return running != null;
    }

    private void tick() {
        ticking.lock();
        try {
            if (stopped) {
                return;
            }
            upkeep.relayMessages();
            upkeep.sequenceAudit();
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
        if (ticking.tryLock(patience.toSeconds(), TimeUnit.SECONDS)) {
            ticking.unlock();
        } else {
            LOG.warn("upkeep has not ended after {}", patience);
        }
    }
}

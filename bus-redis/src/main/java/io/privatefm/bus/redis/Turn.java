/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One stretch of time in which a consumer reads for its group: a lane for each key, in which one delivery follows the other. When it
 * is over no delivery begins any more, and those that have not begun are dropped: the server still has them.
 */
final class Turn {
    private final ScheduledExecutorService workers;
    private final int window;
    private final BooleanSupplier allowed;
    private final Map<String, Lane> lanes = new HashMap<>();
    private final Map<Thread, Long> running = new HashMap<>();
    private int dispatched;
    private boolean over;
    private @Nullable RuntimeException trouble;

    /**
     * @param window how many deliveries may be under way
     * @param allowed whether a delivery may begin
     */
    Turn(ScheduledExecutorService workers, int window, BooleanSupplier allowed) {
        this.workers = workers;
        this.window = window;
        this.allowed = allowed;
    }

    /** Puts a delivery at the end of its lane. */
    synchronized void dispatch(Delivery delivery) {
        if (over) {
            return;
        }
        dispatched++;
        Lane lane = lanes.get(delivery.key());
        if (lane == null) {
            lane = new Lane(this, delivery);
            lanes.put(delivery.key(), lane);
            start(lane, Duration.ZERO);
        } else {
            lane.add(delivery);
        }
    }

    /** Waits until there is room for more deliveries, and says for how many; for none when the turn is over. */
    synchronized int room() {
        await(() -> over || dispatched < window);
        return over ? 0 : window - dispatched;
    }

    /** Ends the turn. */
    synchronized void end() {
        over = true;
        notifyAll();
    }

    /** Ends the turn because of some trouble. */
    synchronized void end(RuntimeException reason) {
        if (!over) {
            trouble = reason;
        }
        end();
    }

    synchronized boolean isOver() {
        return over;
    }

    synchronized @Nullable RuntimeException trouble() {
        return trouble;
    }

    /** Waits until no delivery is running, apart from one on this thread. */
    synchronized void awaitQuiet() {
        await(running::isEmpty);
    }

    /** Whether the calling thread is within a delivery. */
    synchronized boolean isWithin() {
        return running.containsKey(Thread.currentThread());
    }

    /** How long the longest running delivery has been running. */
    synchronized Duration longest() {
        long now = System.nanoTime();
        return Duration.ofNanos(
                running.values().stream().mapToLong(since -> now - since).max().orElse(0));
    }

    /** Tries the first delivery of a lane. */
    void advance(Lane lane) {
        Delivery delivery = begin(lane);
        if (delivery == null) {
            return;
        }
        Optional<Duration> pause = Optional.empty();
        boolean done = false;
        try {
            pause = delivery.attempt();
            done = true;
        } catch (RuntimeException e) {
            end(e);
        } finally {
            leave(lane, done, pause);
        }
    }

    private synchronized @Nullable Delivery begin(Lane lane) {
        if (!over && !allowed.getAsBoolean()) {
            end();
        }
        if (over) {
            return null;
        }
        running.put(Thread.currentThread(), System.nanoTime());
        return lane.first();
    }

    private synchronized void leave(Lane lane, boolean done, Optional<Duration> pause) {
        running.remove(Thread.currentThread());
        notifyAll();
        if (!done) {
            end();
            return;
        }
        if (pause.isEmpty()) {
            dispatched--;
            if (!lane.removeFirst()) {
                lanes.remove(lane.key());
                return;
            }
        }
        start(lane, pause.orElse(Duration.ZERO));
    }

    private synchronized void start(Lane lane, Duration pause) {
        if (over) {
            return;
        }
        try {
            var unused = workers.schedule(lane, pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            end();
        }
    }

    private synchronized void await(BooleanSupplier condition) {
        boolean interrupted = false;
        while (!condition.getAsBoolean()) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;

/**
 * Reads a topic for a group, on a thread of its own, while it has the group's {@link Place}. Any trouble with the server makes it start
 * over: with the place, then the {@link Backlog}, then what is new.
 */
final class GroupConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(GroupConsumer.class);
    private static final int MOST_AT_ONCE = 100;

    private final Connections connections;
    private final GroupStream stream;
    private final Place place;
    private final BusSettings settings;
    private final ScheduledExecutorService workers;
    private final Delivery.Builder deliveries;
    private final Thread thread;
    private final Ending ended = new Ending();
    private boolean closed;
    private boolean woken;
    private boolean troubled;
    private boolean hung;
    private @Nullable Turn turn;
    private @Nullable Jedis reading;

    GroupConsumer(
            Connections connections,
            GroupStream stream,
            Place place,
            BusSettings settings,
            ScheduledExecutorService workers,
            Subscribers subscribers) {
        this.connections = connections;
        this.stream = stream;
        this.place = place;
        this.settings = settings;
        this.workers = workers;
        deliveries = new Delivery.Builder(stream, subscribers, settings);
        thread = new Thread(this::run, "redis-bus-" + stream.topic() + "-" + stream.group());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            int failures = 0;
            while (!isClosed()) {
                long began = System.nanoTime();
                RuntimeException trouble = takeTurn();
                if (trouble == null) {
                    failures = 0;
                    continue;
                }
                boolean lasted = System.nanoTime() - began
                        > settings.serverPauses().longest().toNanos();
                failures = lasted ? 1 : failures + 1;
                tell(trouble);
                rest(settings.serverPauses().after(failures));
            }
            if (place.held() && !troubled) {
                place.release();
            }
        } finally {
            ended.reached();
        }
    }

    /** Gives what ended the turn, if that was some trouble. */
    private @Nullable RuntimeException takeTurn() {
        Turn mine = new Turn(workers, settings.window(), place::held);
        Jedis connection = null;
        try {
            if (!place.take()) {
                calm();
                rest(settings.activeTime().dividedBy(3));
                return null;
            }
            connection = connections.open();
            begin(mine, connection);
            new Backlog(stream, deliveries).dispatchTo(mine);
            for (int room = mine.room(); room > 0; room = mine.room()) {
                read(connection, mine, room);
            }
            return mine.trouble();
        } catch (UnavailableException e) {
            return e;
        } catch (RuntimeException e) {
            LOG.error("reading {} for {} failed", stream.topic(), stream.group(), e);
            return e;
        } finally {
            mine.end();
            Connections.quit(connection);
            mine.awaitQuiet();
            begin(null, null);
        }
    }

    private void read(Jedis connection, Turn mine, int room) {
        List<StreamEntry> entries = stream.read(connection, Math.min(room, MOST_AT_ONCE));
        calm();
        entries.forEach(entry -> mine.dispatch(deliveries.first(entry)));
    }

    private synchronized void begin(@Nullable Turn next, @Nullable Jedis connection) {
        turn = next;
        reading = connection;
        if (closed && next != null) {
            next.end();
        }
    }

    private synchronized void tell(RuntimeException trouble) {
        if (!troubled && !closed) {
            troubled = true;
            LOG.warn(
                    "{} waits for {}, and tries again until that works: {}",
                    stream.group(),
                    stream.topic(),
                    trouble.getMessage());
        }
    }

    private synchronized void calm() {
        if (troubled) {
            troubled = false;
            LOG.warn("{} reads {} again", stream.group(), stream.topic());
        }
    }

    /** Waits a while, or until there is reason to look. */
    private synchronized void rest(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toNanos(); left > 0 && !closed && !woken; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            LOG.debug("nobody interrupts this thread", e);
        }
        woken = false;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Ends a pause. */
    synchronized void wake() {
        woken = true;
        notifyAll();
    }

    /**
     * Keeps the place, unless a handler hangs.
     *
     * @throws UnavailableException if the server does not answer
     */
    void renew() {
        Turn running = turn();
        if (running == null || running.isOver()) {
            return;
        }
        if (!place.held()) {
            running.end();
            return;
        }
        if (running.longest().compareTo(settings.handlerTime()) > 0) {
            if (!hung) {
                hung = true;
                LOG.error(
                        "a handler of {} has been at a message of {} for more than {}; another process may go on",
                        stream.group(),
                        stream.topic(),
                        settings.handlerTime());
            }
            return;
        }
        hung = false;
        if (!place.renew()) {
            running.end(new UnavailableException("the event bus gave the place of the reader away"));
        }
    }

    private synchronized @Nullable Turn turn() {
        return turn;
    }

    /** Whether the calling thread is within a handler of this consumer. */
    boolean isWithin() {
        Turn running = turn();
        return running != null && running.isWithin();
    }

    /** Lets it end; no handler is called any more that is not running already. */
    synchronized void stop() {
        closed = true;
        notifyAll();
        if (turn != null) {
            turn.end();
        }
        Connections.quit(reading);
    }

    /** Waits until it has ended, except within one of its handlers. */
    void awaitEnd() {
        if (!isWithin()) {
            ended.await();
        }
    }
}

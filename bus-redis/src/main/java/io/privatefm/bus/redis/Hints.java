/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.UnavailableException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisException;

/** Listens to published messages, on a thread of its own. That one came is all that is used of it: it may be lost, or anybody's. */
final class Hints {
    private static final Logger LOG = LoggerFactory.getLogger(Hints.class);

    private final Connections connections;
    private final Names names;
    private final Pauses pauses;
    private final Consumer<String> onHint;
    private final Thread thread;
    private boolean closed;
    private @Nullable Jedis listening;
    private volatile @Nullable JedisPubSub subscription;

    /**
     * @param connections whose answers may take long: nothing may be said for a while
     * @param onHint called with the topic
     */
    Hints(Connections connections, Names names, Pauses pauses, Consumer<String> onHint) {
        this.connections = connections;
        this.names = names;
        this.pauses = pauses;
        this.onHint = onHint;
        thread = new Thread(this::run, "redis-bus-hints");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        int failures = 0;
        while (!isClosed()) {
            Listener listener = new Listener();
            try {
                Jedis connection = connections.open();
                begin(connection);
                subscription = listener;
                connection.psubscribe(listener, names.channels());
            } catch (UnavailableException | JedisException e) {
                // the consumers tell about it
                LOG.debug("no hints for now", e);
            } finally {
                subscription = null;
                begin(null);
            }
            failures = listener.heard ? 1 : failures + 1;
            rest(pauses.after(failures));
        }
    }

    /** Asks the server for a sign of life; without one, the connection ends in a while. */
    void ping() {
        JedisPubSub current = subscription;
        try {
            if (current != null && current.isSubscribed()) {
                current.ping();
            }
        } catch (JedisException e) {
            LOG.debug("no hints for now", e);
        }
    }

    private synchronized void begin(@Nullable Jedis connection) {
        Connections.quit(listening);
        listening = connection;
        if (closed) {
            Connections.quit(connection);
        }
    }

    private synchronized void rest(Duration pause) {
        long end = System.nanoTime() + pause.toNanos();
        try {
            for (long left = pause.toNanos(); left > 0 && !closed; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            LOG.debug("nobody interrupts this thread", e);
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Lets the thread end. */
    synchronized void stop() {
        closed = true;
        notifyAll();
        Connections.quit(listening);
    }

    private final class Listener extends JedisPubSub {
        private boolean heard;

        @Override
        public void onPSubscribe(String pattern, int subscribedChannels) {
            heard = true;
        }

        @Override
        public void onPMessage(String pattern, String channel, String message) {
            try {
                onHint.accept(names.topicOf(channel));
            } catch (RuntimeException e) {
                LOG.warn("a hint for {} was lost", names.topicOf(channel), e);
            }
        }
    }
}

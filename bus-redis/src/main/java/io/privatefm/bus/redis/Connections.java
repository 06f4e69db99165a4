/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Connections to one server. Those that are not in use are kept, until one of them breaks: then all of them are suspect. */
final class Connections implements AutoCloseable {
    private static final int MAX_IDLE = 16;

    private final RedisAddress address;
    private final JedisClientConfig login;
    private final SocketOpener opener;
    private final Deque<Jedis> idle = new ArrayDeque<>();
    private boolean closed;

    /**
     * @param patience how long connecting may take, and an answer
     * @param wait how long an answer may take that the server is asked to wait with
     */
    Connections(RedisAddress address, SSLContext trust, Duration patience, Duration wait) {
        this.address = address;
        login = login(address, (int) wait.toMillis());
        opener = new SocketOpener(address, trust, (int) patience.toMillis());
    }

    private static JedisClientConfig login(RedisAddress address, int waitMillis) {
        DefaultJedisClientConfig.Builder login = DefaultJedisClientConfig.builder()
                .blockingSocketTimeoutMillis(waitMillis)
                .database(address.database())
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
        if (address.password() != null) {
            login.user(address.user()).password(address.password());
        }
        return login.build();
    }

    /** A new connection, logged in, on which the server has answered; for its caller alone to use and to close. */
    Jedis open() {
        Jedis connection = null;
        try {
            connection = new Jedis(opener, login);
            connection.ping();
            return connection;
        } catch (JedisException e) {
            quit(connection);
            throw trouble(e);
        }
    }

    /** Asks for something. */
    Reply call(Request request) {
        try {
            return write(request);
        } catch (OutcomeUnknownException e) {
            throw new UnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Asks for a change.
     *
     * @throws UnavailableException if it was not made
     * @throws OutcomeUnknownException if it may have been made
     */
    Reply write(Request request) {
        Jedis connection = take();
        boolean usable = false;
        try {
            Reply reply = request.send(connection);
            usable = true;
            return reply;
        } catch (JedisDataException e) {
            usable = true;
            throw trouble(e);
        } catch (JedisConnectionException e) {
            forget();
            throw new OutcomeUnknownException(address + " broke off before it answered: " + oneLine(e), e);
        } catch (JedisException e) {
            throw trouble(e);
        } finally {
            if (usable) {
                giveBack(connection);
            } else {
                quit(connection);
            }
        }
    }

    /** Asks for something on a connection of one's own. */
    Reply call(Jedis connection, Request request) {
        try {
            return request.send(connection);
        } catch (JedisException e) {
            throw trouble(e);
        }
    }

    UnavailableException trouble(JedisException e) {
        String what = e instanceof JedisDataException ? " refuses: " : " does not answer: ";
        return new UnavailableException("the event bus at " + address + what + oneLine(e), e);
    }

    private static String oneLine(JedisException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private Jedis take() {
        synchronized (idle) {
            if (closed) {
                throw new UnavailableException("the event bus is closed");
            }
            Jedis kept = idle.poll();
            if (kept != null) {
                return kept;
            }
        }
        return open();
    }

    private void giveBack(Jedis connection) {
        synchronized (idle) {
            if (!closed && idle.size() < MAX_IDLE) {
                idle.push(connection);
                return;
            }
        }
        quit(connection);
    }

    private void forget() {
        List<Jedis> suspects;
        synchronized (idle) {
            suspects = new ArrayList<>(idle);
            idle.clear();
        }
        suspects.forEach(Connections::quit);
    }

    /** Closes a connection, whatever state it is in; one that is waited on breaks. */
    static void quit(@Nullable Jedis connection) {
        if (connection != null) {
            try {
                connection.disconnect();
            } catch (JedisException e) {
                // it was broken already
            }
        }
    }

    @Override
    public void close() {
        synchronized (idle) {
            closed = true;
        }
        forget();
    }
}

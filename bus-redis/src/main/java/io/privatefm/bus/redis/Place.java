/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.UnavailableException;
import java.time.Duration;
import java.util.List;
import redis.clients.jedis.Protocol.Command;

/**
 * The place of the one consumer that reads for a group, kept for a while on the server. Whoever has it by this clock has it on the
 * server too, as long as both clocks run at about the same speed.
 */
final class Place {
    private static final String TAKE = """
            local holder = redis.call('get', KEYS[1])
            if holder and holder ~= ARGV[1] then return 0 end
            redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
            return 1""";
    private static final String RENEW = """
            if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
            return redis.call('pexpire', KEYS[1], ARGV[2])""";
    private static final String RELEASE = """
            if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
            return redis.call('del', KEYS[1])""";

    private final Connections connections;
    private final String key;
    private final String channel;
    private final String holder;
    private final Duration time;
    private volatile long end = System.nanoTime();

    /** @param channel where those who wait for the place are told when it is given back */
    Place(Connections connections, String key, String channel, String holder, Duration time) {
        this.connections = connections;
        this.key = key;
        this.channel = channel;
        this.holder = holder;
        this.time = time;
    }

    /** Takes the place if nobody else has it. */
    boolean take() {
        return keep(TAKE);
    }

    /** Keeps the place, if it was not lost. */
    boolean renew() {
        return keep(RENEW);
    }

    private boolean keep(String script) {
        long asked = System.nanoTime();
        boolean kept = connections
                        .call(Request.script(script, List.of(key)).with(holder, time.toMillis()))
                        .number()
                == 1;
        end = kept ? asked + time.toNanos() : asked;
        return kept;
    }

    /** Whether nobody else can have it. */
    boolean held() {
        return System.nanoTime() - end < 0;
    }

    /** Gives the place back; if that fails, it will be free in a while all the same. */
    void release() {
        try {
            connections.call(Request.script(RELEASE, List.of(key)).with(holder));
            end = System.nanoTime();
            connections.call(Request.of(Command.PUBLISH, channel, ""));
        } catch (UnavailableException e) {
            end = System.nanoTime();
        }
    }
}

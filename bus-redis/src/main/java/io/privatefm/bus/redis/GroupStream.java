/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.DeadLetter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** A topic's stream as one consumer of one group sees it. */
final class GroupStream {
    /** How long the server may wait for something new. */
    static final Duration WAIT = Duration.ofSeconds(1);

    private static final String BODIES = """
            local found = {}
            for _, id in ipairs(ARGV) do
              for _, entry in ipairs(redis.call('xrange', KEYS[1], id, id)) do found[#found + 1] = entry end
            end
            return found""";
    private static final String GIVE_UP = """
            redis.call('xadd', KEYS[2], '*', unpack(ARGV, 3))
            return redis.call('xack', KEYS[1], ARGV[1], ARGV[2])""";

    private final Connections connections;
    private final Names names;
    private final String topic;
    private final String stream;
    private final String group;
    private final String consumer;

    GroupStream(Connections connections, Names names, String topic, String group, String consumer) {
        this.connections = connections;
        this.names = names;
        this.topic = topic;
        stream = names.stream(topic);
        this.group = group;
        this.consumer = consumer;
    }

    String topic() {
        return topic;
    }

    String group() {
        return group;
    }

    /** What an entry is called where its message's id is not known. */
    String place(String entryId) {
        return stream + "/" + entryId;
    }

    /** Makes the group, from the first entry on, if there is none; says whether there was none. */
    boolean create() {
        try {
            connections.call(Request.of(Command.XGROUP, "CREATE", stream, group, "0", "MKSTREAM"));
            return true;
        } catch (UnavailableException e) {
            if (e.getCause() instanceof JedisDataException refusal
                    && String.valueOf(refusal.getMessage()).startsWith("BUSYGROUP")) {
                return false;
            }
            throw e;
        }
    }

    /** What was delivered and not acknowledged, in order, after the entry of an id ({@code -} for all). */
    List<Pending> pending(String after, int most) {
        String start = after.equals("-") ? after : "(" + after;
        return connections.call(Request.of(Command.XPENDING, stream, group, start, "+", most)).list().stream()
                .map(Pending::of)
                .toList();
    }

    /** An entry that was delivered and not acknowledged. */
    record Pending(String id, long deliveries) {
        static Pending of(Reply reply) {
            return new Pending(reply.list().get(0).text(), reply.list().get(3).number());
        }
    }

    /** Those of the entries that are still there. */
    List<StreamEntry> entries(List<String> ids) {
        return StreamEntry.all(
                connections.call(Request.script(BODIES, List.of(stream)).with(ids.toArray())));
    }

    /**
     * Makes entries this consumer's, which counts as no delivery. By their ids, as of Redis 7 XAUTOCLAIM would forget those that were
     * removed before anybody could be told.
     */
    void claim(List<String> ids) {
        if (!ids.isEmpty()) {
            connections.call(Request.of(Command.XCLAIM, stream, group, consumer, 0)
                    .with(ids.toArray())
                    .with("JUSTID"));
        }
    }

    /** Writes down how often an entry was delivered. */
    void count(String id, long deliveries) {
        connections.call(
                Request.of(Command.XCLAIM, stream, group, consumer, 0, id, "RETRYCOUNT", deliveries, "JUSTID"));
    }

    /** Waits a while for entries that no consumer of the group was given yet. */
    List<StreamEntry> read(Jedis connection, int most) {
        Reply reply = connections.call(
                connection,
                Request.of(Command.XREADGROUP, "GROUP", group, consumer, "COUNT", most, "BLOCK", WAIT.toMillis())
                        .with("STREAMS", stream, ">")
                        .waiting());
        return reply.isNothing()
                ? List.of()
                : StreamEntry.all(reply.list().get(0).list().get(1));
    }

    void acknowledge(String id) {
        connections.call(Request.of(Command.XACK, stream, group, id));
    }

    /** Keeps an entry among the dead letters and acknowledges it, both or none. */
    void giveUp(StreamEntry entry, DeadLetter letter, long deliveries) {
        connections.call(Request.script(GIVE_UP, List.of(stream, names.deadLetters()))
                .with(group, entry.id())
                .with(LetterFields.of(entry, letter, deliveries)));
    }

    /** What was removed before the group was given it, as far as the server tells. */
    Optional<Gap> gap() {
        return Gap.find(connections, stream, group);
    }

    /** Forgets consumers that ended long ago and left nothing. */
    void forgetConsumers(Duration idle) {
        for (Reply about : connections
                .call(Request.of(Command.XINFO, "CONSUMERS", stream, group))
                .list()) {
            String name = about.named("name").text();
            if (!name.equals(consumer)
                    && about.named("pending").number() == 0
                    && about.named("idle").number() > idle.toMillis()) {
                connections.call(Request.of(Command.XGROUP, "DELCONSUMER", stream, group, name));
            }
        }
    }
}

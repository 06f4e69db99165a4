/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.util.List;
import java.util.Optional;
import redis.clients.jedis.Protocol.Command;

/**
 * Entries that were removed from a stream before a group was given them. Servers tell as of Redis 7: of trimmed entries by how many were ever
 * added and how many the group has read, of deleted ones by the highest id that ever was.
 */
final class Gap {
    /** Counts what was trimmed as read, whatever was read meanwhile. */
    private static final String SKIP = Reply.NAMED + """
            for _, group in ipairs(redis.call('xinfo', 'groups', KEYS[1])) do
              local about = named(group)
              local read = about['entries-read']
              if about['name'] == ARGV[1] and read and read < tonumber(ARGV[2]) then
                redis.call('xgroup', 'setid', KEYS[1], ARGV[1], about['last-delivered-id'], 'entriesread', read + ARGV[3])
              end
            end
            return 1""";

    /** Takes what was deleted as read, unless something before it is still to be read. */
    private static final String PASS = Reply.NAMED + Ids.LESS + """
            for _, group in ipairs(redis.call('xinfo', 'groups', KEYS[1])) do
              local about = named(group)
              if about['name'] == ARGV[1] then
                local last = about['last-delivered-id']
                local next = redis.call('xrange', KEYS[1], '(' .. last, '+', 'COUNT', 1)[1]
                if less(last, ARGV[2]) and (not next or less(ARGV[2], next[1])) then
                  redis.call('xgroup', 'setid', KEYS[1], ARGV[1], ARGV[2])
                end
              end
            end
            return 1""";

    private final Connections connections;
    private final String stream;
    private final String range;
    private final String detail;
    private final Request close;

    private Gap(Connections connections, String stream, String range, String detail, Request close) {
        this.connections = connections;
        this.stream = stream;
        this.range = range;
        this.detail = detail;
        this.close = close;
    }

    static Optional<Gap> find(Connections connections, String stream, String group) {
        Reply about = connections.call(Request.of(Command.XINFO, "STREAM", stream));
        Reply deleted = about.named("max-deleted-entry-id");
        if (deleted.isNothing()) {
            return Optional.empty();
        }
        for (Reply ofGroup :
                connections.call(Request.of(Command.XINFO, "GROUPS", stream)).list()) {
            if (ofGroup.named("name").text().equals(group)) {
                return new Search(connections, stream, group, about, ofGroup).gap(deleted.text());
            }
        }
        return Optional.empty();
    }

    private record Search(Connections connections, String stream, String group, Reply about, Reply ofGroup) {
        Optional<Gap> gap(String deleted) {
            String last = ofGroup.named("last-delivered-id").text();
            Reply first = about.named("first-entry");
            boolean deletedAhead = Ids.COMPARATOR.compare(last, deleted) < 0;
            if (first.isNothing() || Ids.COMPARATOR.compare(deleted, id(first)) < 0) {
                // all that was removed went before what is left: it can be counted
                long removed = about.named("entries-added").number()
                        - about.named("length").number();
                Reply read = ofGroup.named("entries-read");
                if (!read.isNothing()) {
                    return removed > read.number()
                            ? Optional.of(trimmed(last, removed, read.number()))
                            : Optional.empty();
                }
            }
            return deletedAhead ? Optional.of(deleted(last, deleted)) : Optional.empty();
        }

        private static String id(Reply entry) {
            return entry.list().get(0).text();
        }

        private Gap trimmed(String last, long removed, long read) {
            return new Gap(
                    connections,
                    stream,
                    last + ".." + removed,
                    (removed - read) + " entries after " + last
                            + " were removed from the stream before they were delivered",
                    Request.script(SKIP, List.of(stream)).with(group, removed, removed - read));
        }

        private Gap deleted(String last, String deleted) {
            return new Gap(
                    connections,
                    stream,
                    last + ".." + deleted,
                    "entries after " + last + " up to " + deleted
                            + " were removed from the stream before they were delivered",
                    Request.script(PASS, List.of(stream)).with(group, deleted));
        }
    }

    /** What to call it: no message's id. */
    String name() {
        return stream + "/" + range;
    }

    String detail() {
        return detail;
    }

    /** Lets the server forget it. */
    void close() {
        connections.call(close);
    }
}

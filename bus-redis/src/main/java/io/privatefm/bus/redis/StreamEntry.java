/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** An entry of a stream: its id, and names and values in turn. Without a body if it was removed. */
final class StreamEntry {
    private final String id;
    private final List<byte[]> body;

    StreamEntry(String id, List<byte[]> body) {
        this.id = id;
        this.body = List.copyOf(body);
    }

    static StreamEntry of(Reply reply) {
        List<Reply> parts = reply.list();
        List<byte[]> body = new ArrayList<>();
        parts.get(1).list().forEach(part -> body.add(part.bytes()));
        return new StreamEntry(parts.get(0).text(), body);
    }

    /** The entries of an answer to XRANGE. */
    static List<StreamEntry> all(Reply reply) {
        return reply.list().stream().map(StreamEntry::of).toList();
    }

    String id() {
        return id;
    }

    List<byte[]> body() {
        return body;
    }

    /** What the entry says: the value of its only field, or of the one of that name. */
    Optional<byte[]> value(byte[] name) {
        if (body.size() == 2) {
            return Optional.of(body.get(1));
        }
        Optional<byte[]> found = Optional.empty();
        for (int i = 0; i + 1 < body.size(); i += 2) {
            if (Arrays.equals(body.get(i), name)) {
                if (found.isPresent()) {
                    return Optional.empty();
                }
                found = Optional.of(body.get(i + 1));
            }
        }
        return found.filter(value -> value.length > 0 && value[0] == '{');
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.store.EventRow;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Fixture: event logs as releases wrote them, one event a line. They are never written again. */
final class GoldenLog {
    private GoldenLog() {}

    /** As first written: {@code MERGE_COMPLETED} has version 1. */
    static List<EventRow> version1() {
        return read("merge-completed-1.jsonl");
    }

    /** Begun with version 1 of {@code MERGE_COMPLETED} and gone on with version 2. */
    static List<EventRow> version2() {
        return read("merge-completed-2.jsonl");
    }

    /** With checkpoints that expired, twice, and legal holds, of which the last has not ended. */
    static List<EventRow> expired() {
        return read("checkpoints-expired-1.jsonl");
    }

    /** With fallbacks of every cause, one of them given up, a rebase put off, an adapter set aside and a row mended. */
    static List<EventRow> recovery() {
        return read("recovery-1.jsonl");
    }

    /** With times of training, one of them registered anew by a restore, and correlation ids. */
    static List<EventRow> trained() {
        return read("adapters-trained-1.jsonl");
    }

    private static List<EventRow> read(String file) {
        try (InputStream in = GoldenLog.class.getResourceAsStream("/golden-logs/" + file)) {
            if (in == null) {
                throw new AssertionError("no golden log " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> event(line, file))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static EventRow event(String line, String file) {
        ObjectNode json = StrictJson.object(line.getBytes(StandardCharsets.UTF_8), file, ErrorCode.CORRUPT_DATA);
        return new EventRow(
                json.path("seq").longValue(),
                json.path("type").textValue(),
                json.path("typeVersion").intValue(),
                json.path("payload").textValue(),
                Instant.parse(json.path("at").textValue()));
    }
}

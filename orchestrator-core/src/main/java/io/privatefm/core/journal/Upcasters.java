/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.store.EventRow;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Reads events of every version that was ever written as if they had been written today. Logs are never rewritten: each step here
 * stays for good, with a golden log that goes through it.
 */
final class Upcasters {
    private record Step(EventType type, int fromVersion) {}

    private static final Map<Step, UnaryOperator<ObjectNode>> STEPS = Map.of(
            new Step(EventType.MERGE_COMPLETED, 1),
            Upcasters::mergeCompletedWithPlans,
            new Step(EventType.MERGE_COMPLETED, 2),
            Upcasters::mergeCompletedWithAdapters);

    private Upcasters() {}

    /**
     * The payload of an event, in today's version.
     *
     * @throws CorruptDataException if the event is not one that this or an earlier release wrote
     */
    static ObjectNode payload(EventRow event, EventType type) {
        String where = "event " + event.seq() + " (" + event.type() + ")";
        if (event.typeVersion() < 1 || event.typeVersion() > type.version()) {
            throw new CorruptDataException(
                    where + " has version " + event.typeVersion() + ", this release knows 1 to " + type.version());
        }
        ObjectNode payload;
        try {
            payload =
                    StrictJson.object(event.payload().getBytes(StandardCharsets.UTF_8), where, ErrorCode.CORRUPT_DATA);
        } catch (InvalidInputException e) {
            throw new CorruptDataException(String.valueOf(e.getMessage()), e);
        }
        for (int version = event.typeVersion(); version < type.version(); version++) {
            UnaryOperator<ObjectNode> step = STEPS.get(new Step(type, version));
            if (step == null) {
                throw new IllegalStateException("no step from version " + version + " of " + type);
            }
            payload = step.apply(payload);
        }
        return payload;
    }

    /** Version 1 had the variants' content hashes only; the manifest that it names has the rest. */
    private static ObjectNode mergeCompletedWithPlans(ObjectNode payload) {
        ObjectNode next = payload.deepCopy();
        next.put("arithmetic", "pfm-merge-1").putNull("operation_id");
        if (payload.path("variants").isObject()) {
            ObjectNode variants = next.putObject("variants");
            for (Map.Entry<String, JsonNode> variant : payload.path("variants").properties()) {
                ObjectNode entry = variants.putObject(variant.getKey());
                entry.set("content_hash", variant.getValue());
                entry.putNull("plan_hash").putNull("layout");
            }
        }
        return next;
    }

    /** Version 2 did not say which adapter revisions went in: those that were the newest. */
    private static ObjectNode mergeCompletedWithAdapters(ObjectNode payload) {
        ObjectNode next = payload.deepCopy();
        next.path("variants").forEach(variant -> {
            if (variant instanceof ObjectNode entry) {
                entry.putNull("adapters");
            }
        });
        return next;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.journal.NamespaceHistory.Registered;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Subject;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.store.EventRow;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a namespace's whole event log records, for recovery: its state, and every checkpoint and adapter revision that there ever was. A
 * pure function of the events. Read once, then unchanged.
 */
public final class RecordedLog {
    private final NamespaceHistory history;
    private final NavigableMap<Long, RecordedCheckpoint> checkpoints = new TreeMap<>();
    private final SortedMap<Subject, NavigableMap<Integer, Registered>> revisions = new TreeMap<>();
    private @Nullable OpenFallback fallback;

    private RecordedLog(List<EventRow> events) {
        history = NamespaceHistory.EMPTY.after(events);
        for (EventRow event : events) {
            try {
                add(event);
            } catch (IllegalArgumentException | InvalidInputException e) {
                throw new CorruptDataException(
                        "event " + event.seq() + " (" + event.type() + ") cannot be read: " + e.getMessage(), e);
            }
        }
    }

    /**
     * Reads a log.
     *
     * @param events all of it, opened
     * @throws CorruptDataException if events do not follow on each other, or cannot be read
     */
    public static RecordedLog of(List<EventRow> events) {
        return new RecordedLog(events);
    }

    /** The state that the events add up to. */
    public NamespaceHistory history() {
        return history;
    }

    /** Every checkpoint that was ever published, also expired ones, by version. */
    public NavigableMap<Long, RecordedCheckpoint> checkpoints() {
        return Collections.unmodifiableNavigableMap(checkpoints);
    }

    /** An adapter revision, also an earlier one. */
    public Optional<Registered> adapter(Subject subject, int revision) {
        return Optional.ofNullable(revisions.get(subject)).map(all -> all.get(revision));
    }

    /** The fallback that has not ended, if there is one. */
    public Optional<OpenFallback> fallback() {
        return Optional.ofNullable(fallback);
    }

    private void add(EventRow event) {
        EventType type = NamespaceHistory.type(event);
        switch (type) {
            case ADAPTER_REGISTERED -> {
                ObjectNode payload = Upcasters.payload(event, type);
                Registered adapter = Registered.read(payload);
                revisions
                        .computeIfAbsent(Subject.of(EventPayload.text(payload, "subject")), absent -> new TreeMap<>())
                        .put(adapter.revision(), adapter);
            }
            case MERGE_COMPLETED -> {
                RecordedCheckpoint checkpoint = checkpoint(event, Upcasters.payload(event, type));
                checkpoints.put(checkpoint.version(), checkpoint);
            }
            case FALLBACK_INITIATED -> fallback = initiated(Upcasters.payload(event, type));
            case FALLBACK_FAILED -> {
                ObjectNode payload = Upcasters.payload(event, type);
                fallback = fallback == null || EventPayload.flag(payload, "given_up")
                        ? null
                        : fallback.failed(EventPayload.number(payload, "failures"));
            }
            case FALLBACK_COMPLETED -> fallback = null;
            case NAMESPACE_CREATED,
                    CHECKPOINTS_EXPIRED,
                    LEGAL_HOLD_CHANGED,
                    ADAPTER_SET_ASIDE,
                    REBASE_DEFERRED,
                    CHECKPOINT_ROW_REPAIRED -> {
                // nothing that recovery asks for
            }
        }
    }

    private static OpenFallback initiated(ObjectNode payload) {
        return new OpenFallback(
                EventPayload.text(payload, "operation_id"),
                FallbackCause.valueOf(EventPayload.text(payload, "cause")),
                payload.path("restore_version").isMissingNode()
                        ? Optional.empty()
                        : Optional.of((long) EventPayload.number(payload, "restore_version")),
                0);
    }

    private RecordedCheckpoint checkpoint(EventRow event, ObjectNode payload) {
        SortedMap<String, RecordedCheckpoint.Variant> variants = new TreeMap<>();
        for (Map.Entry<String, JsonNode> variant :
                EventPayload.variants(payload).entrySet()) {
            variants.put(
                    variant.getKey(),
                    new RecordedCheckpoint.Variant(
                            EventPayload.hash(variant.getValue(), "content_hash"),
                            EventPayload.hashOrNull(variant.getValue(), "plan_hash"),
                            adapters(variant.getKey(), variant.getValue().path("adapters"))));
        }
        return new RecordedCheckpoint(
                EventPayload.number(payload, "version"),
                payload.path("operation_id").isNull()
                        ? Optional.empty()
                        : Optional.of(EventPayload.text(payload, "operation_id")),
                EventPayload.hash(payload, "checkpoint_hash"),
                EventPayload.hash(payload, "manifest"),
                EventPayload.text(payload, "foundation_release"),
                EventPayload.hash(payload, "foundation_hash"),
                variants,
                event.at());
    }

    /** The revisions that went in; where the log does not say, the newest of the subject that the variant is named after, else of all. */
    private SortedMap<Subject, Integer> adapters(String variant, JsonNode recorded) {
        SortedMap<Subject, Integer> adapters = new TreeMap<>();
        if (recorded.isNull()) {
            revisions.forEach((subject, all) -> adapters.put(subject, all.lastKey()));
            adapters.keySet()
                    .removeIf(subject -> revisions.keySet().stream()
                                    .anyMatch(any -> any.value().equals(variant))
                            && !subject.value().equals(variant));
            return adapters;
        }
        recorded.properties()
                .forEach(entry ->
                        adapters.put(Subject.of(entry.getKey()), EventPayload.number(recorded, entry.getKey())));
        return adapters;
    }
}

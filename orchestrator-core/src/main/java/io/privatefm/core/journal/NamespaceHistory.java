/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.EventRow;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the events of a namespace say its state is: a pure fold, without clock, store or files, so that the same events give the
 * same state everywhere. Immutable.
 *
 * @param eventHead sequence number of the last event
 * @param subjects in the order in which they were given
 * @param policy which variants it has, as the namespace's row has it
 * @param foundationRelease the release of the newest checkpoint, or the first one
 * @param legalHold whether everything of it must be kept
 * @param adapters newest revision of each subject's adapter
 * @param checkpoints content hashes of the checkpoints' variants, by version; without those that have expired
 */
public record NamespaceHistory(
        long eventHead,
        List<Subject> subjects,
        String policy,
        String foundationRelease,
        boolean legalHold,
        SortedMap<Subject, Registered> adapters,
        SortedMap<Long, Published> checkpoints) {
    /** The state before the first event. */
    public static final NamespaceHistory EMPTY =
            new NamespaceHistory(0, List.of(), "", "", false, new TreeMap<>(), new TreeMap<>());

    public NamespaceHistory {
        subjects = List.copyOf(subjects);
        adapters = Collections.unmodifiableSortedMap(new TreeMap<>(adapters));
        checkpoints = Collections.unmodifiableSortedMap(new TreeMap<>(checkpoints));
    }

    /**
     * An adapter revision.
     *
     * @param setAside whether it goes into no merge any more
     */
    public record Registered(
            int revision,
            Sha256 digest,
            Sha256 configBlob,
            Sha256 weightsBlob,
            Optional<Sha256> trainedOn,
            Optional<Instant> trainedAt,
            boolean setAside) {
        static Registered read(ObjectNode payload) {
            return new Registered(
                    EventPayload.number(payload, "revision"),
                    EventPayload.hash(payload, "digest"),
                    EventPayload.hash(payload, "config_blob"),
                    EventPayload.hash(payload, "weights_blob"),
                    EventPayload.hashOrNull(payload, "trained_on"),
                    EventPayload.timeOrNone(payload, AdapterRegistered.TRAINED_AT),
                    false);
        }

        Registered aside() {
            return new Registered(revision, digest, configBlob, weightsBlob, trainedOn, trainedAt, true);
        }
    }

    /** A checkpoint. */
    public record Published(
            Sha256 checkpointHash,
            String foundationRelease,
            Sha256 foundationHash,
            SortedMap<String, Sha256> variants) {
        public Published {
            variants = Collections.unmodifiableSortedMap(new TreeMap<>(variants));
        }
    }

    /**
     * The state after more events.
     *
     * @throws CorruptDataException if they do not follow on each other and on this state, or cannot be read
     */
    public NamespaceHistory after(List<EventRow> events) {
        NamespaceHistory state = this;
        for (EventRow event : events) {
            state = state.after(event);
        }
        return state;
    }

    /** SHA-256 of the state, to compare two replays without their states. */
    public Sha256 digest() {
        return Sha256.of(MerkleTree.sha256().digest(CanonicalJson.bytes(HistoryJson.write(this))));
    }

    private NamespaceHistory after(EventRow event) {
        if (event.seq() != eventHead + 1) {
            throw new CorruptDataException(
                    "event " + (eventHead + 1) + " is missing, event " + event.seq() + " follows");
        }
        EventType type = type(event);
        boolean first = type == EventType.NAMESPACE_CREATED;
        if (first != (eventHead == 0)) {
            throw new CorruptDataException("event " + event.seq() + " is " + type + ", which "
                    + (first ? "can only be the first" : "cannot be the first"));
        }
        ObjectNode payload = Upcasters.payload(event, type);
        try {
            return switch (type) {
                case NAMESPACE_CREATED -> created(payload);
                case ADAPTER_REGISTERED -> registered(payload);
                case MERGE_COMPLETED -> merged(payload);
                case CHECKPOINTS_EXPIRED -> expired(payload);
                case LEGAL_HOLD_CHANGED -> held(payload);
                case ADAPTER_SET_ASIDE -> setAside(payload);
                case REBASE_DEFERRED,
                        FALLBACK_INITIATED,
                        FALLBACK_FAILED,
                        FALLBACK_COMPLETED,
                        CHECKPOINT_ROW_REPAIRED -> noted();
            };
        } catch (IllegalArgumentException | InvalidInputException e) {
            throw new CorruptDataException(
                    "event " + event.seq() + " (" + type + ") cannot be read: " + e.getMessage(), e);
        }
    }

    static EventType type(EventRow event) {
        try {
            return EventType.valueOf(event.type());
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(
                    "event " + event.seq() + " is of type " + event.type() + ", which this release does not know", e);
        }
    }

    private static NamespaceHistory created(ObjectNode payload) {
        return new NamespaceHistory(
                1,
                EventPayload.subjects(payload),
                EventPayload.text(payload, "policy"),
                EventPayload.text(payload, "foundation_release"),
                false,
                new TreeMap<>(),
                new TreeMap<>());
    }

    private NamespaceHistory registered(ObjectNode payload) {
        Subject subject = Subject.of(EventPayload.text(payload, "subject"));
        Registered adapter = Registered.read(payload);
        int before = Optional.ofNullable(adapters.get(subject))
                .map(Registered::revision)
                .orElse(0);
        if (adapter.revision() != before + 1) {
            throw new IllegalArgumentException(
                    "revision " + adapter.revision() + " of " + subject + " follows " + before);
        }
        SortedMap<Subject, Registered> next = new TreeMap<>(adapters);
        next.put(subject, adapter);
        return with(foundationRelease, legalHold, next, checkpoints);
    }

    private NamespaceHistory setAside(ObjectNode payload) {
        Subject subject = Subject.of(EventPayload.text(payload, "subject"));
        int revision = EventPayload.number(payload, "revision");
        Registered adapter = adapters.get(subject);
        if (adapter == null || adapter.revision() != revision) {
            throw new IllegalArgumentException("revision " + revision + " of " + subject + " is not the newest");
        }
        SortedMap<Subject, Registered> next = new TreeMap<>(adapters);
        next.put(subject, adapter.aside());
        return with(foundationRelease, legalHold, next, checkpoints);
    }

    private NamespaceHistory merged(ObjectNode payload) {
        long version = EventPayload.number(payload, "version");
        long before = checkpoints.isEmpty() ? 0 : checkpoints.lastKey();
        if (version != before + 1) {
            throw new IllegalArgumentException("version " + version + " follows " + before);
        }
        SortedMap<String, Sha256> variants = new TreeMap<>();
        EventPayload.variants(payload)
                .forEach((name, variant) -> variants.put(name, EventPayload.hash(variant, "content_hash")));
        String release = EventPayload.text(payload, "foundation_release");
        SortedMap<Long, Published> next = new TreeMap<>(checkpoints);
        next.put(
                version,
                new Published(
                        EventPayload.hash(payload, "checkpoint_hash"),
                        release,
                        EventPayload.hash(payload, "foundation_hash"),
                        variants));
        return with(release, legalHold, adapters, next);
    }

    private NamespaceHistory expired(ObjectNode payload) {
        long first = EventPayload.number(payload, "first_version");
        long last = EventPayload.number(payload, "last_version");
        if (checkpoints.isEmpty() || first != checkpoints.firstKey() || last < first || last >= checkpoints.lastKey()) {
            throw new IllegalArgumentException(
                    "versions " + first + " to " + last + " are not the oldest of " + checkpoints.keySet());
        }
        return with(foundationRelease, legalHold, adapters, checkpoints.tailMap(last + 1));
    }

    private NamespaceHistory held(ObjectNode payload) {
        return with(foundationRelease, EventPayload.flag(payload, "held"), adapters, checkpoints);
    }

    /** For events that say what was done and change nothing that a merge is made from. */
    private NamespaceHistory noted() {
        return with(foundationRelease, legalHold, adapters, checkpoints);
    }

    private NamespaceHistory with(
            String release,
            boolean held,
            SortedMap<Subject, Registered> nextAdapters,
            SortedMap<Long, Published> nextCheckpoints) {
        return new NamespaceHistory(eventHead + 1, subjects, policy, release, held, nextAdapters, nextCheckpoints);
    }
}

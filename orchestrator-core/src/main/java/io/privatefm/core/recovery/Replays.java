/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.journal.NamespaceHistory.Registered;
import io.privatefm.core.journal.RecordedCheckpoint;
import io.privatefm.core.journal.RecordedLog;
import io.privatefm.core.recovery.ReplayGoal.Aside;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Subject;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.NamespaceRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Decides from the event log what a replay is to come to. Database rows of adapters and checkpoints are not asked. */
final class Replays {
    private final Foundations foundations;
    private final Misfits misfits;
    private final int maxVersionLag;

    Replays(Foundations foundations, Misfits misfits, int maxVersionLag) {
        this.foundations = foundations;
        this.misfits = misfits;
        this.maxVersionLag = maxVersionLag;
    }

    /** The newest checkpoint, exactly as it was. */
    ReplayGoal asRecorded(NamespaceRow namespace, RecordedLog log) {
        RecordedCheckpoint newest = newest(log)
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.CHECKPOINT_NOT_FOUND, "namespace " + namespace.nsUid() + " has no checkpoint yet"));
        return new ReplayGoal(
                newest.foundationRelease(),
                rows(namespace, log, newest.adapters()),
                List.of(),
                new TreeMap<>(),
                Optional.of(newest));
    }

    /** The adapters as they are now, on the namespace's release, or on the newest if that is too far behind or asked for. */
    ReplayGoal current(NamespaceRow namespace, RecordedLog log, boolean newestRelease) {
        SortedMap<Subject, Integer> revisions = new TreeMap<>();
        log.history().adapters().forEach((subject, adapter) -> {
            if (!adapter.setAside()) {
                revisions.put(subject, adapter.revision());
            }
        });
        String release = newestRelease ? newestRelease() : allowed(namespace.foundationRelease());
        return fitted(
                namespace.foundationRelease(),
                release,
                rows(namespace, log, revisions),
                List.of(),
                new TreeMap<>(),
                newest(log));
    }

    /** A checkpoint that there was, on its release, or on the newest if that is gone or too far behind. */
    ReplayGoal restored(NamespaceRow namespace, RecordedLog log, long version) {
        RecordedCheckpoint recorded = Optional.ofNullable(log.checkpoints().get(version))
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.CHECKPOINT_NOT_FOUND,
                        "the event log has no version " + version + " of namespace " + namespace.nsUid()));
        List<AdapterRow> inventory = new ArrayList<>();
        List<AdapterRow> registrations = new ArrayList<>();
        SortedMap<Subject, Aside> asides = new TreeMap<>();
        SortedMap<Subject, Registered> newest = log.history().adapters();
        for (AdapterRow row : rows(namespace, log, recorded.adapters())) {
            Registered now = newest.get(row.subject());
            if (now == null) {
                throw new CorruptDataException("the event log names an adapter that it does not have");
            }
            if (now.revision() == row.revision() && !now.setAside()) {
                inventory.add(row);
            } else {
                AdapterRow anew = revision(row, now.revision() + 1);
                inventory.add(anew);
                registrations.add(anew);
            }
        }
        newest.forEach((subject, adapter) -> {
            if (!recorded.adapters().containsKey(subject) && !adapter.setAside()) {
                asides.put(
                        subject,
                        new Aside(
                                adapter.revision(),
                                "the namespace was restored to version " + version + ", which is older"));
            }
        });
        return fitted(
                namespace.foundationRelease(),
                allowed(recorded.foundationRelease()),
                inventory,
                registrations,
                asides,
                Optional.of(recorded));
    }

    private ReplayGoal fitted(
            String pinned,
            String release,
            List<AdapterRow> inventory,
            List<AdapterRow> registrations,
            SortedMap<Subject, Aside> asides,
            Optional<RecordedCheckpoint> recorded) {
        SortedMap<Subject, String> reasons;
        try (Foundation foundation = foundations.open(release)) {
            reasons = release.equals(pinned)
                    ? misfits.ofSound(
                            inventory, foundation) // else a variant that serves would be given up for a damaged file
                    : misfits.of(inventory, foundation);
        }
        SortedMap<Subject, Aside> all = new TreeMap<>(asides);
        reasons.forEach((subject, reason) -> {
            boolean anew = registrations.stream().anyMatch(row -> row.subject().equals(subject));
            int revision = inventory.stream()
                    .filter(row -> row.subject().equals(subject))
                    .mapToInt(AdapterRow::revision)
                    .findFirst()
                    .orElseThrow();
            all.put(subject, new Aside(anew ? revision - 1 : revision, reason));
        });
        return new ReplayGoal(
                release,
                inventory.stream()
                        .filter(row -> !reasons.containsKey(row.subject()))
                        .toList(),
                registrations.stream()
                        .filter(row -> !reasons.containsKey(row.subject()))
                        .toList(),
                all,
                recorded);
    }

    private static Optional<RecordedCheckpoint> newest(RecordedLog log) {
        return Optional.ofNullable(log.checkpoints().lastEntry()).map(entry -> entry.getValue());
    }

    /** Whether a release is further behind the newest than is allowed. */
    boolean isTooFarBehind(String release) {
        return !allowed(release).equals(release);
    }

    private String newestRelease() {
        return foundations.newest().name();
    }

    private String allowed(String release) {
        List<FoundationRelease> releases = foundations.releases();
        if (releases.isEmpty()) {
            throw new FoundationWrongException("the foundation store has no release");
        }
        int lag = Lag.of(release, releases).orElse(Integer.MAX_VALUE);
        return lag <= maxVersionLag
                ? release
                : releases.get(releases.size() - 1).name();
    }

    private static List<AdapterRow> rows(
            NamespaceRow namespace, RecordedLog log, SortedMap<Subject, Integer> revisions) {
        List<AdapterRow> rows = new ArrayList<>();
        revisions.forEach((subject, revision) -> {
            Registered adapter = log.adapter(subject, revision)
                    .orElseThrow(() -> new CorruptDataException(
                            "the event log has no revision " + revision + " of the adapter for " + subject));
            rows.add(new AdapterRow(
                    namespace.nsUid(),
                    subject,
                    revision,
                    adapter.digest(),
                    adapter.configBlob(),
                    adapter.weightsBlob(),
                    0,
                    adapter.trainedOn(),
                    adapter.trainedAt(),
                    Instant.EPOCH));
        });
        return rows;
    }

    private static AdapterRow revision(AdapterRow row, int revision) {
        return new AdapterRow(
                row.nsUid(),
                row.subject(),
                revision,
                row.digest(),
                row.configBlob(),
                row.weightsBlob(),
                row.changedBytes(),
                row.trainedOn(),
                row.trainedAt(),
                row.registeredAt());
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.adapter.Adapter;
import io.privatefm.core.adapter.AdapterArchive;
import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.checkpoint.Manifest;
import io.privatefm.core.checkpoint.VariantEntry;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.NamespaceHistory;
import io.privatefm.core.journal.NamespaceRows;
import io.privatefm.core.journal.RecordedLog;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.checkpoint.Verification.Damage;
import io.privatefm.spi.recovery.Finding;
import io.privatefm.spi.recovery.ReplayReport;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Scrubs one namespace: its blobs, and the database side. Takes no lease: what changes under its hands is looked at again by the next
 * scrub. What does not match is read once more, through a new handle, before it counts.
 */
final class NamespaceScrub {
    private static final int PAGE = 1_000;

    private final OrchestratorStore store;
    private final Foundations foundations;
    private final SealedBlobs blobs;
    private final CheckpointReader reader;
    private final AdapterArchive archive;
    private final RowRepair rows;
    private final Journal journal;
    private final Replays replays;
    private final Replayer replayer;

    NamespaceScrub(
            OrchestratorStore store,
            Foundations foundations,
            SealedBlobs blobs,
            CheckpointReader reader,
            AdapterArchive archive,
            RowRepair rows,
            Journal journal,
            Replays replays,
            Replayer replayer) {
        this.store = store;
        this.foundations = foundations;
        this.blobs = blobs;
        this.reader = reader;
        this.archive = archive;
        this.rows = rows;
        this.journal = journal;
        this.replays = replays;
        this.replayer = replayer;
    }

    /** A namespace's rows, read in one transaction. */
    private record Rows(
            NamespaceRow namespace, List<CheckpointRow> checkpoints, List<AdapterRow> adapters, Set<Sha256> blobs) {}

    /**
     * What is the matter with a namespace.
     *
     * @throws io.privatefm.spi.PfmException if that cannot be told to the end
     */
    List<Finding> scrub(NamespaceRow namespace, ScrubLevel level) {
        Rows found = store.inTransaction(tx -> rows(tx, namespace));
        List<Finding> findings = new ArrayList<>();
        Set<Sha256> damaged = stored(found, findings);
        database(found, findings);
        if (level.compareTo(ScrubLevel.L1) >= 0) {
            RecordedLog log = log(found, findings);
            checkpoints(found, level, damaged, findings);
            adapters(found, level, damaged, findings);
            if (level == ScrubLevel.L3 && log != null && findings.stream().noneMatch(Finding::newest)) {
                replay(found, log, findings);
            }
        }
        return findings.stream().distinct().toList();
    }

    private static Rows rows(StoreTx tx, NamespaceRow namespace) {
        return new Rows(
                NamespaceRows.find(tx, namespace).orElse(namespace),
                tx.checkpoints(namespace.nsUid(), Integer.MAX_VALUE),
                tx.adapters(namespace.nsUid()),
                tx.orphans().referenced(namespace.nsUid()));
    }

    // level 0

    private Set<Sha256> stored(Rows found, List<Finding> findings) {
        ScrubbedBlobs names = new ScrubbedBlobs(found.checkpoints());
        Set<Sha256> damaged = new HashSet<>();
        for (Sha256 blob : new TreeSet<>(found.blobs())) {
            try {
                twice(() -> blobs.checkStored(found.namespace().nsUid(), blob));
            } catch (CorruptDataException e) {
                damaged.add(blob);
                findings.add(names.finding(blob, e.verdict(), String.valueOf(e.getMessage())));
            }
        }
        return damaged;
    }

    private static void twice(Runnable read) {
        try {
            read.run();
        } catch (CorruptDataException e) {
            read.run();
        }
    }

    /** Versions and events without gaps, up to what the namespace's row says. */
    private void database(Rows found, List<Finding> findings) {
        NamespaceRow namespace = found.namespace();
        List<CheckpointRow> checkpoints = found.checkpoints();
        long newest = checkpoints.isEmpty() ? 0 : checkpoints.get(0).version();
        boolean unbroken = checkpoints.isEmpty()
                || newest - checkpoints.get(checkpoints.size() - 1).version() == checkpoints.size() - 1;
        if (newest != namespace.checkpointVersion() || !unbroken) {
            findings.add(row(
                    Verdict.ROW_DAMAGED,
                    "checkpoint rows",
                    "they are not an unbroken run up to version " + namespace.checkpointVersion()));
        }
        long head = 0;
        List<EventRow> page;
        do {
            long from = head + 1;
            page = store.inTransaction(tx -> tx.events(namespace.nsUid(), from, PAGE));
            for (EventRow event : page) {
                if (event.seq() != head + 1) {
                    findings.add(row(Verdict.BIT_ROT, "event log", "event " + (head + 1) + " is missing"));
                    return;
                }
                head = event.seq();
            }
        } while (page.size() == PAGE);
        if (head < namespace.eventHead()) {
            findings.add(row(
                    Verdict.BIT_ROT,
                    "event log",
                    "events " + (head + 1) + " to " + namespace.eventHead() + " are missing"));
        }
    }

    private static Finding row(Verdict verdict, String place, String reason) {
        return new Finding(verdict, OptionalLong.empty(), place, false, reason);
    }

    // level 1 and 2

    /** The event log, which must add up to the rows; null if it cannot be read. */
    private @Nullable RecordedLog log(Rows found, List<Finding> findings) {
        RecordedLog log;
        try {
            log = journal.recorded(store, found.namespace().nsUid());
        } catch (CorruptDataException e) {
            findings.add(row(e.verdict(), "event log", String.valueOf(e.getMessage())));
            return null;
        }
        if (log.history().eventHead() != found.namespace().eventHead()) {
            return log; // something happened meanwhile
        }
        for (CheckpointRow repair : rows.repairs(found.namespace(), log, found.checkpoints())) {
            boolean newest = repair.version() == found.namespace().checkpointVersion();
            findings.add(new Finding(
                    Verdict.ROW_DAMAGED,
                    OptionalLong.of(repair.version()),
                    "checkpoint row",
                    newest,
                    "it does not say what the event log and the manifest say"));
        }
        for (AdapterRow adapter : found.adapters()) {
            NamespaceHistory.Registered recorded = log.history().adapters().get(adapter.subject());
            boolean same = recorded != null
                    && recorded.revision() == adapter.revision()
                    && recorded.digest().equals(adapter.digest())
                    && recorded.configBlob().equals(adapter.configBlob())
                    && recorded.weightsBlob().equals(adapter.weightsBlob())
                    && recorded.setAside() == adapter.setAside();
            if (!same) {
                findings.add(row(
                        Verdict.ROW_DAMAGED,
                        "adapter row for " + adapter.subject(),
                        "it does not say what the event log says"));
            }
        }
        return log;
    }

    private void checkpoints(Rows found, ScrubLevel level, Set<Sha256> damaged, List<Finding> findings) {
        ScrubbedBlobs names = new ScrubbedBlobs(found.checkpoints());
        Set<Sha256> seen = new HashSet<>(damaged);
        for (CheckpointRow row : found.checkpoints()) {
            if (!damaged.contains(row.manifestBlob())) {
                try {
                    Manifest manifest = reader.manifest(row);
                    variants(found, row, manifest, level, seen, names, findings);
                } catch (CorruptDataException e) {
                    findings.add(names.finding(row.manifestBlob(), e.verdict(), String.valueOf(e.getMessage())));
                }
            }
        }
    }

    private void variants(
            Rows found,
            CheckpointRow row,
            Manifest manifest,
            ScrubLevel level,
            Set<Sha256> seen,
            ScrubbedBlobs names,
            List<Finding> findings) {
        List<VariantEntry> unseen = manifest.variants().stream()
                .filter(entry -> seen.add(entry.blob()))
                .toList();
        if (unseen.isEmpty()) {
            return;
        }
        try (Foundation foundation = foundations.open(row.foundationRelease())) {
            reader.requireFoundation(row, foundation);
            for (VariantEntry entry : unseen) {
                List<Damage> damages = reader.inspectTensors(found.namespace().nsUid(), entry, foundation);
                if (damages.isEmpty() && level.compareTo(ScrubLevel.L2) >= 0) {
                    damages = reader.senseless(found.namespace().nsUid(), entry, foundation);
                }
                damages.forEach(
                        damage -> findings.add(names.finding(entry.blob(), damage.verdict(), damage.toString())));
            }
        }
    }

    private void adapters(Rows found, ScrubLevel level, Set<Sha256> damaged, List<Finding> findings) {
        for (AdapterRow row : found.adapters()) {
            if (!damaged.contains(row.configBlob()) && !damaged.contains(row.weightsBlob())) {
                try (Adapter adapter = archive.open(row)) {
                    if (level.compareTo(ScrubLevel.L2) >= 0 && !row.setAside()) {
                        fit(found, row, adapter, findings);
                    }
                } catch (CorruptDataException e) {
                    findings.add(row(e.verdict(), "adapter for " + row.subject(), String.valueOf(e.getMessage())));
                }
            }
        }
    }

    private void fit(Rows found, AdapterRow row, Adapter adapter, List<Finding> findings) {
        String release = found.namespace().foundationRelease();
        try (Foundation foundation = foundations.open(release)) {
            adapter.fit(foundation.infos(), foundation.config());
        } catch (InvalidInputException e) {
            findings.add(row(
                    Verdict.SEMANTIC,
                    "adapter for " + row.subject(),
                    "it does not fit release " + release + ": " + e.getMessage()));
        }
    }

    // level 3

    private void replay(Rows found, RecordedLog log, List<Finding> findings) {
        if (log.checkpoints().isEmpty()) {
            return;
        }
        ReplayGoal goal = replays.asRecorded(found.namespace(), log);
        try {
            if (replayer.prove(found.namespace(), goal) instanceof ReplayReport.Different different) {
                findings.add(new Finding(
                        Verdict.SEMANTIC,
                        OptionalLong.of(different.version()),
                        "replay",
                        true,
                        "computed anew it differs in " + different.differences().size() + " places, first: "
                                + different.differences().get(0)));
            }
        } catch (CorruptDataException e) {
            findings.add(row(e.verdict(), "replay", String.valueOf(e.getMessage())));
        }
    }
}

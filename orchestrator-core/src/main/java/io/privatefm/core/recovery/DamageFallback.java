/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.checkpoint.VariantEntry;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.NamespaceRows;
import io.privatefm.core.journal.OpenFallback;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verification.Damage;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.Rung;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a namespace back whose newest checkpoint is damaged, by the first rung that leads to what was recorded. Rows are mended before
 * anything is computed, and so is what a mirror has copies of. What is no damage is given up instead: somebody has to look at it.
 */
final class DamageFallback {
    private static final Logger LOG = LoggerFactory.getLogger(DamageFallback.class);

    private static final FallbackWish WISH = FallbackWish.of(FallbackCause.DAMAGE);

    private final OrchestratorStore store;
    private final Foundations foundations;
    private final Journal journal;
    private final Replays replays;
    private final HeadCheck check;
    private final Trusted trusted;
    private final MirrorRepair mirror;
    private final RowRepair rows;
    private final FallbackSteps steps;

    DamageFallback(
            OrchestratorStore store,
            Foundations foundations,
            Journal journal,
            Replays replays,
            HeadCheck check,
            Trusted trusted,
            MirrorRepair mirror,
            RowRepair rows,
            FallbackSteps steps) {
        this.store = store;
        this.foundations = foundations;
        this.journal = journal;
        this.replays = replays;
        this.check = check;
        this.trusted = trusted;
        this.mirror = mirror;
        this.rows = rows;
        this.steps = steps;
    }

    /**
     * Looks at a namespace and brings it back if its newest checkpoint is damaged.
     *
     * @param open the fallback that was begun before, if one was
     */
    FallbackOutcome run(HeldNamespace found, Optional<OpenFallback> open) {
        HeldNamespace held = found;
        List<CheckpointRow> repairs = rows.repairs(held.namespace(), held.log(), held.rows());
        if (!repairs.isEmpty()) {
            rows.repair(held.namespace(), held.lease().lease(), repairs);
            NamespaceRow now = store.inTransaction(tx -> NamespaceRows.require(tx, found.namespace()));
            held = new HeldNamespace(
                    now,
                    held.lease(),
                    journal.recorded(store, now.nsUid()),
                    store.inTransaction(tx -> tx.checkpoints(now.nsUid(), Integer.MAX_VALUE)));
        }
        if (held.head().isEmpty()) {
            return new FallbackOutcome.NotNeeded("there is no checkpoint yet");
        }
        CheckpointRow head = held.head().get();
        mendOthers(held, head);
        List<Damage> damages = check.damages(head);
        if (damages.isEmpty() && open.isEmpty()) {
            return new FallbackOutcome.NotNeeded(
                    repairs.isEmpty()
                            ? "version " + head.version() + " is sound"
                            : "version " + head.version() + " is sound; the rows of " + repairs.size()
                                    + " checkpoints were mended");
        }
        Optional<Damage> foreign =
                damages.stream().filter(damage -> !damage.verdict().isDamage()).findFirst();
        if (foreign.isPresent()) {
            return steps.giveUp(
                    held,
                    steps.record(open, WISH, Rung.FOUNDATION_ONLY, foreign.get().toString()),
                    foreign.get().verdict() + ": " + foreign.get());
        }
        return climb(held, head, damages, open);
    }

    /** Copies back from the mirror what the newest checkpoint does not depend on: older versions, adapters. */
    private void mendOthers(HeldNamespace held, CheckpointRow head) {
        if (!mirror.isThere()) {
            return;
        }
        NsUid uid = held.namespace().nsUid();
        Set<Sha256> referenced = store.inTransaction(tx -> tx.orphans().referenced(uid));
        Set<Sha256> others = new TreeSet<>(referenced);
        others.removeAll(blobs(head));
        mirror.repair(
                uid,
                mirror.damaged(uid, others).stream()
                        .filter(blob -> mirror.hasAll(uid, List.of(blob)))
                        .toList());
    }

    private static List<Sha256> blobs(CheckpointRow head) {
        List<Sha256> blobs = new ArrayList<>();
        blobs.add(head.manifestBlob());
        head.variants().forEach(variant -> blobs.add(variant.blob()));
        return blobs;
    }

    private FallbackOutcome climb(
            HeldNamespace found, CheckpointRow head, List<Damage> damages, Optional<OpenFallback> open) {
        List<Sha256> bad = mirror.damaged(found.namespace().nsUid(), blobs(head));
        boolean mirrored = mirror.hasAll(found.namespace().nsUid(), bad);
        ReplayGoal goal = replays.asRecorded(found.namespace(), found.log());
        List<VariantEntry> sound = trusted(goal, found.rows(), new HashSet<>(bad));
        Rung first = mirrored ? Rung.MIRROR : sound.isEmpty() ? Rung.REPLAY : Rung.OLDER_VERSION;
        String detail = damages.isEmpty() ? "goes on" : damages.get(0).toString();
        FallbackRecord record = steps.record(open, WISH, first, detail);
        HeldNamespace held = steps.begin(found, record, open);
        Instant start = steps.now();
        if (damages.isEmpty() || (mirrored && isMended(held, head, bad))) {
            return steps.mended(held, record, head, start);
        }
        if (!sound.isEmpty()) {
            try {
                return steps.replay(held, goal, record, Rung.OLDER_VERSION, sound, start);
            } catch (CorruptDataException | InvalidInputException e) {
                LOG.warn("namespace {}: {} does not help", held.namespace().nsUid(), Rung.OLDER_VERSION, e);
            }
        }
        return steps.replayOrFail(held, goal, record, start);
    }

    private List<VariantEntry> trusted(ReplayGoal goal, List<CheckpointRow> stored, Set<Sha256> damaged) {
        try (Foundation foundation = foundations.open(goal.release())) {
            return trusted.of(goal.recorded().orElseThrow(), stored, damaged, foundation);
        }
    }

    private boolean isMended(HeldNamespace held, CheckpointRow head, List<Sha256> bad) {
        try {
            mirror.repair(held.namespace().nsUid(), bad);
        } catch (CorruptDataException e) {
            LOG.warn("namespace {}: {} does not help", held.namespace().nsUid(), Rung.MIRROR, e);
            return false;
        }
        return check.damages(head).isEmpty();
    }
}

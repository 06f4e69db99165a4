/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.Orchestrator;
import io.privatefm.core.journal.NamespaceHistory;
import io.privatefm.core.journal.RecordedCheckpoint;
import io.privatefm.core.journal.RecordedLog;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.recovery.ReplayReport;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.VariantRow;
import io.privatefm.testkit.SimulatedBus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What must hold in a {@link SimulatedWorld} after every step. I1 every blob that a row refers to is there, and is what was written unless
 * the simulation damaged it; I2 versions without gaps; I3 what was acknowledged is there; I4 events, messages and audit entries without gaps,
 * and the events add up to the rows; I5 fences only rise; I6 every checkpoint rests on the foundation as it is; I7 a deleted learner stays
 * so, without rows, blobs or messages; I8 nothing that a row refers to is in the trash. And always: what is merged from the same is the
 * same, bit for bit, whatever happened.
 */
final class WorldInvariants {
    static final List<String> TOPICS = List.of(
            "NAMESPACE_CREATED",
            "MERGE_COMPLETED",
            "FALLBACK_INITIATED",
            "FALLBACK_FAILED",
            "FALLBACK_COMPLETED",
            "RETRAINING_REQUESTED",
            "MERGE_FAILED",
            "NAMESPACE_DELETED");
    private static final int ALL = 100_000;

    private final SimulatedWorld world;
    private final Map<NsUid, NamespaceRow> seen = new HashMap<>();
    private final Map<NsUid, Long> fences = new HashMap<>();
    private final Map<NsUid, Map<Long, Sha256>> merged = new HashMap<>();
    private final Map<LearnerId, NsUid> deleted = new HashMap<>();
    private final Map<LearnerId, NsUid> provisioned = new HashMap<>();
    private final Map<Sha256, Sha256> contents = new HashMap<>();
    private @Nullable Orchestrator observer;
    private int checked;

    WorldInvariants(SimulatedWorld world) {
        this.world = world;
    }

    /** A namespace was acknowledged. */
    void provisioned(NamespaceRow row) {
        provisioned.put(row.learner(), row.nsUid());
    }

    /** A checkpoint was acknowledged. */
    void merged(LearnerId learner, CheckpointRow row) {
        merged.computeIfAbsent(row.nsUid(), absent -> new HashMap<>()).put(row.version(), row.checkpointHash());
    }

    /** A deletion was acknowledged. */
    void deleted(LearnerId learner, NsUid namespace) {
        deleted.put(learner, namespace);
    }

    /** How many namespaces were looked at. */
    int checked() {
        return checked;
    }

    /** Checks everything of those namespaces that changed, and what can change without them. */
    void check() {
        checkRows();
        deleted.forEach((learner, namespace) -> {
            assertThat(find(learner)).as("I7: %s", learner).isNull();
            assertThat(this.<List<EventRow>>tx(tx -> tx.events(namespace, 1, ALL)))
                    .as("I7: events of %s", learner)
                    .isEmpty();
            assertThat(this.<List<CheckpointRow>>tx(tx -> tx.checkpoints(namespace, ALL)))
                    .as("I7: checkpoints of %s", learner)
                    .isEmpty();
            assertThat(this.<List<AdapterRow>>tx(tx -> tx.adapters(namespace)))
                    .as("I7: adapters of %s", learner)
                    .isEmpty();
        });
        provisioned.forEach((learner, namespace) -> {
            if (!deleted.containsKey(learner)) {
                NamespaceRow row = find(learner);
                assertThat(row != null
                                || tx(tx -> tx.namespaces(null, ALL)).stream()
                                        .anyMatch(any -> any.nsUid().equals(namespace)))
                        .as("I3: namespace of %s", learner)
                        .isTrue();
            }
        });
    }

    /** The same in the middle of a process's step. */
    void checkRows() {
        for (NamespaceRow row : tx(tx -> tx.namespaces(null, ALL))) {
            if (row.state() != NamespaceState.DELETED) {
                fence(row.nsUid());
            }
            if (row.state() != NamespaceState.DELETED && row.state() != NamespaceState.DELETING) {
                blobs(row);
                if (!row.equals(seen.put(row.nsUid(), row))) {
                    rows(row);
                }
            }
        }
    }

    private void blobs(NamespaceRow row) {
        NsUid owner = row.nsUid();
        for (Sha256 blob : tx(tx -> tx.orphans().referenced(owner))) {
            assertThat(world.site.blobs.size(owner, blob))
                    .as(
                            "I1, I8: blob %s of %s is there (in the trash: %s)",
                            blob, row.learner(), world.site.blobs.isDiscarded(owner, blob))
                    .isPositive();
        }
    }

    private void rows(NamespaceRow row) {
        checked++;
        NsUid uid = row.nsUid();
        String learner = row.learner().value();
        List<CheckpointRow> rows = tx(tx -> tx.checkpoints(uid, ALL));
        long newest = row.checkpointVersion();
        assertThat(rows.stream().map(CheckpointRow::version).sorted().toList())
                .as("I2: versions of %s", learner)
                .isEqualTo(LongStream.rangeClosed(newest - rows.size() + 1, newest)
                        .boxed()
                        .toList());
        assertThat(newest == 0 || !rows.isEmpty())
                .as("I2: the newest of %s", learner)
                .isTrue();
        RecordedLog log = RecordedLog.of(observer().namespaces().events(row.learner(), 1, ALL));
        NamespaceHistory history = log.history();
        assertThat(history.eventHead()).as("I4: events of %s", learner).isEqualTo(row.eventHead());
        assertThat(history.legalHold()).as("I4: hold of %s", learner).isEqualTo(row.legalHold());
        assertThat(history.foundationRelease()).as("I4: release of %s", learner).isEqualTo(row.foundationRelease());
        assertThat(history.checkpoints()).as("I4: checkpoints of %s", learner).isEqualTo(published(rows));
        List<AdapterRow> adapters = tx(tx -> tx.adapters(uid));
        assertThat(history.adapters()).as("I4: adapters of %s", learner).hasSize(adapters.size());
        for (AdapterRow adapter : adapters) {
            NamespaceHistory.Registered registered = history.adapters().get(adapter.subject());
            assertThat(registered.revision())
                    .as("I4: %s of %s", adapter.subject(), learner)
                    .isEqualTo(adapter.revision());
            assertThat(registered.digest()).isEqualTo(adapter.digest());
            assertThat(registered.setAside()).isEqualTo(adapter.setAside());
        }
        assertThat(log.fallback().isPresent())
                .as("I4: %s falls back if its log says so", learner)
                .isEqualTo(row.state() == NamespaceState.FALLBACK);
        merged.getOrDefault(uid, Map.of())
                .forEach((version, hash) -> assertThat(
                                log.checkpoints().get(version).checkpointHash())
                        .as("I3: version %s of %s", version, learner)
                        .isEqualTo(hash));
        rows.forEach(checkpoint -> contents(learner, checkpoint, log));
    }

    /** What is merged from the same is the same, here and in an engine where nothing goes wrong. */
    private void contents(String learner, CheckpointRow row, RecordedLog log) {
        assertThat(row.foundationHash())
                .as("I6: foundation of version %s of %s", row.version(), learner)
                .isEqualTo(world.reference.foundation(row.foundationRelease()));
        RecordedCheckpoint recorded = log.checkpoints().get(row.version());
        for (VariantRow variant : row.variants()) {
            Sha256 before = contents.putIfAbsent(variant.planHash(), variant.contentHash());
            assertThat(before == null || before.equals(variant.contentHash()))
                    .as("the same plan, the same content: version %s of %s", row.version(), learner)
                    .isTrue();
            if (before == null) {
                recorded.variants().get(variant.name()).adapters().forEach((subject, revision) -> {
                    Sha256 digest = log.adapter(subject, revision).orElseThrow().digest();
                    assertThat(variant.contentHash())
                            .as("%s in version %s of %s", subject, row.version(), learner)
                            .isEqualTo(world.reference.merged(row.foundationRelease(), adapter(digest)));
                });
            }
        }
    }

    private long adapter(Sha256 digest) {
        for (long adapter = 0; adapter < WorldSteps.ADAPTERS; adapter++) {
            world.reference.merged("r1", adapter);
        }
        return world.reference.adapter(digest);
    }

    /** The next fence of a namespace's lease is higher than all before; looked at without taking it. */
    private void fence(NsUid namespace) {
        long[] fence = new long[1];
        try {
            world.site.store.inTransaction(tx -> {
                fence[0] = tx.leases()
                        .seize("ns:" + namespace, "observer", Duration.ofSeconds(1))
                        .fence();
                throw new Looked();
            });
        } catch (Looked e) {
            // rolled back
        }
        Long before = fences.put(namespace, fence[0]);
        assertThat(before == null || fence[0] >= before)
                .as("I5: fence of %s", namespace)
                .isTrue();
    }

    /** Checks what must hold when all is calm and nothing is left to do. */
    void checkQuiet() {
        for (NamespaceRow row : tx(tx -> tx.namespaces(null, ALL))) {
            if (row.state() == NamespaceState.DELETED) {
                assertThat(world.site.blobs.isEmpty(row.nsUid()))
                        .as("I7: blobs of %s", row.nsUid())
                        .isTrue();
                continue;
            }
            seen.remove(row.nsUid());
            assertThat(row.state()).as("state of %s", row.learner()).isEqualTo(NamespaceState.ACTIVE);
            newest(row);
        }
        check();
        messages();
        audit();
    }

    private void newest(NamespaceRow row) {
        if (row.checkpointVersion() == 0) {
            return;
        }
        CheckpointRow newest = observer().checkpoints().get(row.learner(), row.checkpointVersion());
        assertThat(observer().checkpoints().verify(row.learner(), newest.version()))
                .as("I1: the newest of %s", row.learner())
                .isEqualTo(new Verification.Intact(newest.checkpointHash()));
        assertThat(observer().recovery().prove(row.learner()))
                .as("replay of %s", row.learner())
                .isEqualTo(new ReplayReport.Equal(newest.version(), newest.checkpointHash()));
        Map<String, Sha256> expected = new TreeMap<>();
        for (AdapterRow adapter : tx(tx -> tx.adapters(row.nsUid()))) {
            if (!adapter.setAside()) {
                expected.put(
                        adapter.subject().value(),
                        world.reference.merged(row.foundationRelease(), adapter(adapter.digest())));
            }
        }
        Map<String, Sha256> got = new TreeMap<>();
        newest.variants().forEach(variant -> got.put(variant.name(), variant.contentHash()));
        assertThat(got)
                .as("the newest of %s, and the adapters that it has", row.learner())
                .isEqualTo(expected);
        int release = Integer.parseInt(row.foundationRelease().substring(1));
        int last = Integer.parseInt(world.site.foundation.newest().substring(1));
        assertThat(last - release).as("lag of %s", row.learner()).isLessThanOrEqualTo(world.maxLag);
    }

    /** All messages came, those of one topic in order; nothing about a deleted namespace but that it is. */
    private void messages() {
        Map<NsUid, Set<Long>> came = new HashMap<>();
        Map<String, Set<Long>> ordered = new LinkedHashMap<>();
        for (SimulatedBus.Delivery delivery : world.bus.delivered()) {
            if (delivery.group().equals("host")) {
                String id = delivery.message().id();
                NsUid uid = new NsUid(delivery.message().key());
                long seq = Long.parseLong(id.substring(id.lastIndexOf('-') + 1));
                came.computeIfAbsent(uid, absent -> new TreeSet<>()).add(seq);
                ordered.computeIfAbsent(delivery.message().topic() + uid, absent -> new LinkedHashSet<>())
                        .add(seq);
            }
        }
        ordered.forEach((topic, seqs) ->
                assertThat(new ArrayList<>(seqs)).as("I4: order of %s", topic).isSorted());
        for (NamespaceRow row : tx(tx -> tx.namespaces(null, ALL))) {
            Set<Long> all = new TreeSet<>(came.getOrDefault(row.nsUid(), Set.of()));
            if (row.state() == NamespaceState.DELETED) {
                assertThat(all).as("I7: messages of %s", row.nsUid()).contains(row.outboxHead());
                assertThat(new TreeSet<>(all).last()).isEqualTo(row.outboxHead());
            } else {
                assertThat(all)
                        .as("I4: messages of %s", row.learner())
                        .isEqualTo(new TreeSet<>(LongStream.rangeClosed(1, row.outboxHead())
                                .boxed()
                                .toList()));
            }
        }
        assertThat(this.<Long>tx(tx -> tx.outbox().depth()))
                .as("I4: messages that wait")
                .isZero();
    }

    private void audit() {
        Map<String, Long> heads = new HashMap<>();
        Map<String, List<Long>> chains = new TreeMap<>();
        for (AuditRow entry : tx(tx -> tx.audit().unsequenced(ALL))) {
            chains.computeIfAbsent(entry.chain(), absent -> new ArrayList<>()).add(entry.seq());
        }
        chains.forEach((chain, seqs) -> {
            heads.put(chain, (long) seqs.size());
            assertThat(seqs)
                    .as("I4: audit chain %s", chain)
                    .isEqualTo(LongStream.rangeClosed(1, seqs.size()).boxed().toList());
        });
        assertThat(heads).isNotEmpty();
    }

    private static Map<Long, NamespaceHistory.Published> published(List<CheckpointRow> rows) {
        Map<Long, NamespaceHistory.Published> published = new TreeMap<>();
        for (CheckpointRow row : rows) {
            TreeMap<String, Sha256> variants = new TreeMap<>();
            row.variants().forEach(variant -> variants.put(variant.name(), variant.contentHash()));
            published.put(
                    row.version(),
                    new NamespaceHistory.Published(
                            row.checkpointHash(), row.foundationRelease(), row.foundationHash(), variants));
        }
        return published;
    }

    private @Nullable NamespaceRow find(LearnerId learner) {
        return tx(tx -> tx.find(learner)).orElse(null);
    }

    private <T> T tx(Function<StoreTx, T> work) {
        return world.site.store.inTransaction(work::apply);
    }

    private Orchestrator observer() {
        if (observer == null) {
            observer = world.observer();
        }
        return observer;
    }

    /** Ends a transaction that only looks. */
    private static final class Looked extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}

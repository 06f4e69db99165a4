/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.SteppedStore.Fate;
import io.privatefm.core.journal.NamespaceHistory;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Publishing a checkpoint")
class PublishCommitTest {
    private static final Duration LEASE = Duration.ofMinutes(1);

    private final EngineFixture engine = new EngineFixture();
    private final SteppedStore store = new SteppedStore(engine.store);
    private final List<Duration> pauses = new ArrayList<>();
    private Orchestrator orchestrator;
    private NsUid ada;

    /** Number of the transaction that publishes, counted from the beginning of a merge. */
    private int publish;

    @BeforeEach
    void provision() {
        ada = engine.provision(MATH, READING).nsUid();
        engine.register(MATH, 1);
        orchestrator = Orchestrator.builder(store, engine.blobs, engine.foundation)
                .executor(Runnable::run, 1)
                .clock(engine.clock)
                .random(new Random(8))
                .leaseTime(LEASE)
                .backoff(pauses::add)
                .addListener(engine.events)
                .build();
        store.restart();
        assertThat(merge()).isInstanceOf(MergeOutcome.Merged.class);
        publish = store.count(); // the last transaction of an undisturbed merge
        engine.register(READING, 2);
    }

    @AfterEach
    void close() {
        store.before(number -> {});
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        orchestrator.close();
        engine.close();
    }

    @Test
    @DisplayName("is known to be done when only the answer to its commit was lost")
    void done() {
        fates(number -> number == publish ? Fate.LOST_BUT_DONE : Fate.USUAL);

        assertThat(merge()).isEqualTo(new MergeOutcome.Merged(newest()));
        assertPublished(2);
        assertThat(store.count()).as("asked once").isEqualTo(publish + 1);
        assertLeaseFree();
    }

    @Test
    @DisplayName("is tried again when its commit did not happen")
    void undone() {
        fates(number -> number == publish ? Fate.LOST_AND_UNDONE : Fate.USUAL);

        assertThat(merge()).isEqualTo(new MergeOutcome.Merged(newest()));
        assertPublished(2);
        assertThat(store.count()).isEqualTo(publish + 2);
        assertLeaseFree();
    }

    @Test
    @DisplayName("fails when its commit did not happen three times, and the next merge publishes")
    void undoneEachTime() {
        Set<Sha256> before = blobs();
        fates(number -> number >= publish && (number - publish) % 2 == 0 && number < publish + 6
                ? Fate.LOST_AND_UNDONE
                : Fate.USUAL);

        assertThatThrownBy(this::merge).isInstanceOf(UnavailableException.class).hasMessageContaining("3 times");
        assertPublished(1);
        assertLeaseFree();
        assertThat(namespace().state()).isEqualTo(NamespaceState.ACTIVE);
        assertThat(blobs()).containsAll(before).hasSizeGreaterThan(before.size());

        fates(number -> Fate.USUAL);
        assertThat(merge()).isInstanceOf(MergeOutcome.Merged.class);
        assertPublished(2);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fate.class,
            names = {"LOST_BUT_DONE", "LOST_AND_UNDONE"})
    @DisplayName("waits longer and longer for a store that does not say whether it happened, and believes its answer")
    void answersLate(Fate fate) {
        fates(number -> number == publish ? fate : number > publish && number < publish + 5 ? Fate.DOWN : Fate.USUAL);

        assertThat(merge()).isInstanceOf(MergeOutcome.Merged.class);
        assertPublished(2);
        assertThat(pauses)
                .containsExactly(
                        Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(400), Duration.ofMillis(800));
    }

    @ParameterizedTest
    @EnumSource(
            value = Fate.class,
            names = {"LOST_BUT_DONE", "LOST_AND_UNDONE"})
    @DisplayName(
            "touches nothing when it stays unknown whether it happened; after the lease's time the next merge finds out")
    void staysUnknown(Fate fate) {
        Set<Sha256> before = blobs();
        fates(number -> number == publish ? fate : number > publish ? Fate.DOWN : Fate.USUAL);

        assertThatThrownBy(this::merge).isInstanceOf(OutcomeUnknownException.class);
        assertThat(pauses).hasSize(9);
        Set<Sha256> after = blobs();
        assertThat(after).containsAll(before).hasSizeGreaterThan(before.size());
        fates(number -> Fate.USUAL);
        if (fate == Fate.LOST_BUT_DONE) {
            assertPublished(2);
            assertLeaseFree();
            assertThat(merge()).isEqualTo(new MergeOutcome.UpToDate());
        } else {
            assertPublished(1);
            assertThat(merge()).as("nobody can tell yet").isEqualTo(new MergeOutcome.InProgress());
            engine.storeTime.advance(LEASE);
            assertThat(merge()).isInstanceOf(MergeOutcome.Merged.class);
        }
        assertPublished(2);
        assertThat(blobs()).containsAll(after);
    }

    @Test
    @DisplayName("does not happen under a lease that expired and that another took")
    void staleFence() {
        Lease[] others = new Lease[1];
        before(publish, () -> {
            engine.storeTime.advance(LEASE);
            others[0] = acquire().orElseThrow();
        });

        assertThat(merge())
                .isInstanceOfSatisfying(
                        MergeOutcome.Rejected.class,
                        rejected -> assertThat(rejected.reason()).contains("another worker has its lease"));
        assertPublished(1);
        assertThat(acquire()).as("the other's lease is left alone").isEmpty();
        boolean theirs = engine.store.inTransaction(tx -> tx.leases().lock(others[0]));
        assertThat(theirs).isTrue();
        assertThat(namespace().state()).as("as the other has it").isEqualTo(NamespaceState.MERGING);
    }

    @Test
    @DisplayName("does not happen twice when another worker overtook it and published")
    void overtaken() {
        before(publish, () -> {
            engine.storeTime.advance(LEASE);
            assertThat(engine.orchestrator().merges().mergeNow(ADA)).isInstanceOf(MergeOutcome.Merged.class);
        });

        assertThat(merge()).isInstanceOf(MergeOutcome.Rejected.class);
        assertPublished(2);
        assertLeaseFree();
        assertThat(namespace().state()).isEqualTo(NamespaceState.ACTIVE);
    }

    @Test
    @DisplayName("happens under a lease that expired but that nobody took")
    void expired() {
        before(publish, () -> engine.storeTime.advance(LEASE.multipliedBy(3)));

        assertThat(merge()).isInstanceOf(MergeOutcome.Merged.class);
        assertPublished(2);
    }

    @Test
    @DisplayName("includes what was registered meanwhile at the next merge, not at this one")
    void registeredMeanwhile() {
        before(publish, () -> engine.register(MATH, 3));

        assertThat(merge()).isInstanceOf(MergeOutcome.Merged.class);
        assertPublished(2);
        assertThat(merge()).isInstanceOf(MergeOutcome.Merged.class);
        assertPublished(3);
        assertThat(merge()).isEqualTo(new MergeOutcome.UpToDate());
    }

    @ParameterizedTest
    @EnumSource(
            value = Fate.class,
            names = {"LOST_BUT_DONE", "LOST_AND_UNDONE", "DOWN"})
    @DisplayName("ends well whichever transaction of a merge fails, and however many after it")
    void everywhere(Fate fate) {
        long version = 1;
        for (int failing = 1; failing <= publish + 2; failing++) {
            for (int more = 0; more < 3; more++) {
                int first = failing;
                int last = failing + more;
                fates(number -> number >= first && number <= last ? fate : Fate.USUAL);
                Set<Sha256> before = blobs();
                try {
                    merge();
                } catch (PfmException e) {
                    assertThat(e).isInstanceOfAny(OutcomeUnknownException.class, UnavailableException.class);
                }
                assertThat(blobs()).containsAll(before);
                fates(number -> Fate.USUAL);
                engine.storeTime.advance(LEASE);
                merge();
                assertPublished(++version);
                assertLeaseFree();
                engine.register(MATH, 100 + version);
            }
        }
    }

    private MergeOutcome merge() {
        return orchestrator.merges().mergeNow(ADA);
    }

    private void fates(IntFunction<Fate> decision) {
        store.restart();
        store.fates(decision);
    }

    private void before(int transaction, Runnable action) {
        store.restart();
        store.before(number -> {
            if (number == transaction) {
                action.run();
            }
        });
    }

    /** Rows, events, audit log and listeners know these versions, each once, and all of the newest is sound. */
    private void assertPublished(long versions) {
        List<CheckpointRow> rows = engine.orchestrator().checkpoints().list(ADA, 1_000);
        assertThat(rows).hasSize((int) versions);
        assertThat(rows).extracting(CheckpointRow::operationId).doesNotHaveDuplicates();
        assertThat(namespace().checkpointVersion()).isEqualTo(versions);
        List<EventRow> events = engine.orchestrator().namespaces().events(ADA, 1, 1_000);
        NamespaceHistory history = NamespaceHistory.EMPTY.after(events);
        assertThat(history.eventHead()).isEqualTo(namespace().eventHead());
        assertThat(history.checkpoints()).hasSize((int) versions);
        assertThat(history.checkpoints().get(versions).checkpointHash()).isEqualTo(newest().checkpointHash());
        List<AuditRow> audit = engine.store.inTransaction(tx -> tx.audit().unsequenced(10_000));
        assertThat(audit)
                .filteredOn(row -> row.action().equals("CHECKPOINT_PUBLISHED"))
                .hasSize((int) versions);
        assertThat(engine.events.events(LifecycleEvent.MergeCompleted.class))
                .extracting(LifecycleEvent.MergeCompleted::version)
                .doesNotHaveDuplicates();
        assertThat(engine.orchestrator().checkpoints().verify(ADA, versions))
                .isEqualTo(new Verification.Intact(newest().checkpointHash()));
    }

    private void assertLeaseFree() {
        Optional<Lease> lease = acquire();
        assertThat(lease).isPresent();
        engine.store.inTransaction(tx -> {
            tx.leases().release(lease.get());
            return true;
        });
    }

    private Optional<Lease> acquire() {
        return engine.store.inTransaction(tx -> tx.leases().acquire("ns:" + ada, "other", LEASE));
    }

    private NamespaceRow namespace() {
        return engine.orchestrator().namespaces().get(ADA);
    }

    private CheckpointRow newest() {
        return engine.orchestrator().checkpoints().list(ADA, 1).get(0);
    }

    private Set<Sha256> blobs() {
        Set<Sha256> names = new TreeSet<>();
        engine.blobs.list(ada).stream().map(StoredBlob::name).forEach(names::add);
        return names;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.core.model.Shape;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.PlanOutcome;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.VariantRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A merge")
class MergesTest {
    private final EngineFixture engine = new EngineFixture();

    @AfterEach
    void close() {
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        engine.close();
    }

    @Nested
    @DisplayName("that is due")
    class Due {
        @Test
        @DisplayName("publishes version after version; row, head, event and listeners say the same")
        void publishes() {
            engine.provision(MATH, READING);
            engine.register(MATH, 1);
            CheckpointRow first = engine.merge();
            engine.register(READING, 2);
            CheckpointRow second = engine.merge();

            NamespaceRow namespace = engine.orchestrator().namespaces().get(ADA);
            assertThat(namespace.checkpointVersion()).isEqualTo(2);
            assertThat(namespace.state()).isEqualTo(NamespaceState.ACTIVE);
            List<EventRow> events = events();
            assertThat(events)
                    .extracting(EventRow::type)
                    .containsExactly(
                            "NAMESPACE_CREATED",
                            "ADAPTER_REGISTERED",
                            "MERGE_COMPLETED",
                            "ADAPTER_REGISTERED",
                            "MERGE_COMPLETED");
            assertThat(events).extracting(EventRow::seq).containsExactly(1L, 2L, 3L, 4L, 5L);
            assertThat(namespace.eventHead()).isEqualTo(5);
            assertThat(events).extracting(EventRow::at).isSorted();
            assertThat(events.get(4).typeVersion()).isEqualTo(3);
            assertThat(events.get(4).payload())
                    .isEqualTo("{\"arithmetic\":\"pfm-merge-1\",\"checkpoint_hash\":\"" + second.checkpointHash()
                            + "\",\"foundation_hash\":\"" + second.foundationHash()
                            + "\",\"foundation_release\":\"r1\",\"manifest\":\"" + second.manifestBlob()
                            + "\",\"operation_id\":\"" + second.operationId() + "\",\"variants\":{\"math\":"
                            + variant(second.variants().get(0)) + ",\"reading\":"
                            + variant(second.variants().get(1)) + "},\"version\":2}");
            assertThat(engine.events.events(LifecycleEvent.MergeProgressed.class))
                    .as("what is taken over is not computed")
                    .containsExactly(
                            new LifecycleEvent.MergeProgressed(namespace.nsUid(), 1, 1, 1),
                            new LifecycleEvent.MergeProgressed(namespace.nsUid(), 2, 1, 1));
            List<LifecycleEvent.MergeCompleted> completed = engine.events.events(LifecycleEvent.MergeCompleted.class);
            assertThat(completed)
                    .extracting(LifecycleEvent.MergeCompleted::version)
                    .containsExactly(1L, 2L);
            assertThat(completed.get(0).checkpointHash()).isEqualTo(first.checkpointHash());
            assertThat(completed.get(0).variants()).isEqualTo(1);
            assertThat(completed.get(0).storedBytes())
                    .isEqualTo(first.variants().get(0).blobBytes());
            assertThat(completed.get(0).took()).isGreaterThan(Duration.ZERO);
        }

        @Test
        @DisplayName("may be planned and executed apart")
        void planned() {
            engine.provision(MATH);
            engine.register(MATH, 1);
            MergePlan plan = plan();

            MergeOutcome outcome = engine.orchestrator().merges().execute(ADA, plan);

            assertThat(outcome).isInstanceOf(MergeOutcome.Merged.class);
            assertThat(engine.orchestrator().merges().plan(ADA)).isEqualTo(new PlanOutcome.UpToDate());
            assertThat(engine.orchestrator().merges().mergeNow(ADA)).isEqualTo(new MergeOutcome.UpToDate());
        }

        @Test
        @DisplayName("closes the foundation's files")
        void closesFiles() {
            InMemoryModelFiles files = ModelFixture.tiny(1).files();
            engine.foundation.put("r1", files);
            engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);

            assertThat(files.openHandles()).isZero();
        }
    }

    @Nested
    @DisplayName("is rejected, and publishes nothing,")
    class Rejected {
        @Test
        @DisplayName("when its plan is stale: another adapter, another checkpoint, another learner")
        void stale() {
            engine.provision(MATH);
            engine.register(MATH, 1);
            MergePlan plan = plan();
            engine.register(MATH, 2);

            assertStale(plan);
            engine.merge();
            assertStale(plan);

            LearnerId bob = LearnerId.of("bob");
            engine.orchestrator().namespaces().provision(bob, List.of(MATH));
            assertThat(engine.orchestrator().merges().execute(bob, plan)).isInstanceOf(MergeOutcome.Rejected.class);
            assertThat(engine.orchestrator().checkpoints().list(bob, 9)).isEmpty();
            assertThat(engine.orchestrator().checkpoints().list(ADA, 9)).hasSize(1);
        }

        @Test
        @DisplayName("when a plan is forged: other weights, variants or versions than the planner's")
        void forged() {
            engine.provision(MATH);
            engine.register(MATH, 1);
            MergePlan plan = plan();

            assertStale(new MergePlan(
                    plan.namespace(),
                    7,
                    plan.foundationRelease(),
                    plan.foundationHash(),
                    plan.compute(),
                    plan.takenOver(),
                    plan.estimatedBytes()));
            assertStale(new MergePlan(
                    plan.namespace(),
                    plan.version(),
                    plan.foundationRelease(),
                    plan.foundationHash(),
                    List.of(),
                    plan.takenOver(),
                    plan.estimatedBytes()));
        }

        @Test
        @DisplayName("when an adapter's stored copy is damaged or lost; it merges when the copy is sound again")
        void damagedAdapter() {
            engine.provision(MATH);
            engine.register(MATH, 1);
            AdapterRow adapter = engine.orchestrator().adapters().current(ADA).get(0);
            engine.blobs.flip(adapter.weightsBlob(), 8L * 500);

            assertRejected("blob " + adapter.weightsBlob() + " is damaged: its bytes hash to ");

            engine.blobs.heal();
            engine.blobs.lose(adapter.configBlob());
            assertRejected("blob " + adapter.configBlob() + " is missing");

            engine.blobs.heal();
            assertThat(engine.merge().version()).isEqualTo(1);
        }

        @Test
        @DisplayName("when an adapter was trained on another foundation than the release has by now")
        void trainedOnAnother() {
            Sha256 before = ModelCheck.contentHash(ModelFixture.tiny(1).files(), 1);
            engine.provision(MATH);
            engine.orchestrator()
                    .adapters()
                    .register(ADA, MATH, AdapterFixture.tiny(1).files(), Optional.of(before));
            engine.foundation.put("r1", ModelFixture.tiny(2).files());
            engine.restart(engine.builder());

            assertRejected("the adapter for math was trained on a foundation with content hash " + before);
        }

        @Test
        @DisplayName("when the manifest of the checkpoint before is damaged: nothing is taken over from it")
        void damagedParent() {
            CheckpointRow first = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
            engine.register(MATH, 55);
            engine.blobs.flip(first.manifestBlob(), 8L * 200);

            assertRejected("blob " + first.manifestBlob() + " is damaged");
            assertThat(engine.orchestrator().checkpoints().latest(ADA)).contains(first);
        }

        @Test
        @DisplayName("when a merged value is not finite")
        void notFinite() {
            ModelFixture model = ModelFixture.seeded(1);
            model.floats("m.proj.weight", Dtype.F16, Shape.of(1, 2), 65504, 1);
            engine.foundation.put("r1", model.files());
            engine.provision(MATH);
            engine.orchestrator()
                    .adapters()
                    .register(
                            ADA,
                            MATH,
                            AdapterFixture.seeded(1, 1, 1)
                                    .linear("m.proj", new float[] {1, 1}, new float[] {1000})
                                    .files());

            assertRejected("m.proj.weight: the merged value of element 0 is Infinity");
        }

        @Test
        @DisplayName("when the foundation changed after it was hashed, found where all of it is stored")
        void foundationChangedFull() {
            engine.provision(MergePolicy.DEFAULT.withLayout(Layout.FULL), MATH);
            engine.register(MATH, 1);
            engine.foundation.put("r1", ModelFixture.tiny(2).files());

            assertRejected("tensor lm_head.weight of foundation release r1 changed while it was read");
        }

        @Test
        @DisplayName(
                "when the foundation changed after it was hashed, found where only the changed tensors are stored, too:"
                        + " else a content hash is published that no replay gives again")
        void foundationChangedDelta() {
            engine.provision(MATH);
            engine.register(MATH, 1);
            engine.foundation.put("r1", ModelFixture.tiny(2).files());

            assertRejected("tensor model.layers.0.q_proj.weight of foundation release r1 changed while it was read");
        }

        @Test
        @DisplayName("when the namespace was given up, or moved to another release, while it was computed")
        void movedOn() {
            engine.provision(MATH);
            engine.register(MATH, 1);
            String refused = "version 1 of namespace "
                    + engine.orchestrator().namespaces().get(ADA).nsUid()
                    + " was not published: it has moved on (state ";

            atFirstWrite(() -> changeRow(row -> row.withState(NamespaceState.DELETING)));
            assertRejected(refused + "DELETING, version 0, release r1)");
            changeRow(row -> row.withState(NamespaceState.ACTIVE));

            engine.foundation.put("r2", ModelFixture.tiny(2).files());
            atFirstWrite(() -> changeRow(row -> new NamespaceRow(
                    row.learner(),
                    row.nsUid(),
                    row.subjects(),
                    row.state(),
                    "r2",
                    row.policy(),
                    row.legalHold(),
                    row.checkpointVersion(),
                    row.eventHead(),
                    row.outboxHead(),
                    row.settled(),
                    row.revision())));
            assertRejected(refused + "MERGING, version 0, release r2)");
        }

        @Test
        @DisplayName(
                "when its lease expired and another node published while it was computed: one checkpoint, no gap, no trace of the loser")
        void anotherNode() {
            engine.provision(MATH);
            engine.register(MATH, 1);
            List<CheckpointRow> winner = new ArrayList<>();
            try (Orchestrator other = engine.builder().random(new Random(99)).build()) {
                atFirstWrite(() -> {
                    assertThat(other.merges().mergeNow(ADA)).isEqualTo(new MergeOutcome.InProgress());
                    engine.storeTime.advance(Duration.ofMinutes(2));
                    winner.add(((MergeOutcome.Merged) other.merges().mergeNow(ADA)).checkpoint());
                });

                MergeOutcome loser = engine.orchestrator().merges().mergeNow(ADA);

                assertThat(loser)
                        .isEqualTo(new MergeOutcome.Rejected("version 1 of namespace "
                                + winner.get(0).nsUid() + " was not published: another worker has its lease since"));
            }
            assertThat(engine.orchestrator().checkpoints().list(ADA, 9)).isEqualTo(winner);
            assertThat(events()).hasSize(3);
            assertThat(engine.orchestrator().merges().mergeNow(ADA)).isEqualTo(new MergeOutcome.UpToDate());
        }

        private void changeRow(UnaryOperator<NamespaceRow> change) {
            assertThat(engine.store.<Boolean>inTransaction(tx -> {
                        NamespaceRow row = tx.find(ADA).orElseThrow();
                        return tx.compareAndSet(row, change.apply(row).nextRevision());
                    }))
                    .isTrue();
        }

        private void assertStale(MergePlan plan) {
            assertThat(engine.orchestrator().merges().execute(ADA, plan))
                    .isEqualTo(new MergeOutcome.Rejected(
                            "the plan is stale: the namespace, its adapters or the foundation changed since"));
        }

        private void assertRejected(String reason) {
            int before = engine.orchestrator().checkpoints().list(ADA, 9).size();
            List<EventRow> eventsBefore = events();

            MergeOutcome outcome = engine.orchestrator().merges().mergeNow(ADA);

            assertThat(outcome).isInstanceOf(MergeOutcome.Rejected.class);
            String said = ((MergeOutcome.Rejected) outcome).reason();
            assertThat(said).startsWith(reason);
            assertThat(engine.orchestrator().checkpoints().list(ADA, 9)).hasSize(before);
            assertThat(events()).isEqualTo(eventsBefore);
            NamespaceRow namespace = engine.orchestrator().namespaces().get(ADA);
            assertThat(engine.events.events(LifecycleEvent.MergeFailed.class))
                    .last()
                    .isEqualTo(new LifecycleEvent.MergeFailed(namespace.nsUid(), said));
        }
    }

    @Nested
    @DisplayName("fails")
    class Fails {
        @Test
        @DisplayName("when the foundation is not what its list promises: no merge, and nothing to reject")
        void wrongFoundation() {
            engine.provision(MATH);
            engine.register(MATH, 1);
            Sha256 promised = ModelCheck.contentHash(ModelFixture.tiny(2).files(), 1);
            engine.foundation.promise("r1", promised);
            engine.restart(engine.builder());

            assertThatThrownBy(() -> engine.orchestrator().merges().mergeNow(ADA))
                    .isInstanceOfSatisfying(
                            FoundationWrongException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.FOUNDATION_WRONG))
                    .hasMessageStartingWith("foundation release r1 should have content hash " + promised);
            assertThat(engine.orchestrator().checkpoints().list(ADA, 9)).isEmpty();

            engine.foundation.promise("r1", null);
            assertThat(engine.merge().version()).isEqualTo(1);
        }

        @Test
        @DisplayName("when the blob store does, and can be run again")
        void blobStore() {
            engine.provision(MATH);
            engine.register(MATH, 1);
            UnavailableException full = new UnavailableException("no space left");
            engine.blobs.corruptWrites(bytes -> {
                throw full;
            });

            assertThatThrownBy(() -> engine.orchestrator().merges().mergeNow(ADA))
                    .isSameAs(full);
            assertThat(engine.events.events(LifecycleEvent.MergeFailed.class))
                    .extracting(LifecycleEvent.MergeFailed::reason)
                    .containsExactly("no space left");
            assertThat(engine.orchestrator().checkpoints().list(ADA, 9)).isEmpty();

            engine.blobs.heal();
            assertThat(engine.merge().version()).isEqualTo(1);
        }

        @Test
        @DisplayName("for a learner without namespace")
        void noNamespace() {
            assertThatThrownBy(() -> engine.orchestrator().merges().mergeNow(ADA))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND))
                    .hasMessage("there is no namespace of learner ada");
        }
    }

    @Test
    @DisplayName(
            "publishes what was planned when an adapter is registered while it is computed; the next one has the new")
    void registeredMeanwhile() {
        engine.provision(MATH);
        engine.register(MATH, 1);
        atFirstWrite(() -> engine.register(MATH, 2));

        CheckpointRow first = engine.merge();
        CheckpointRow second = engine.merge();

        assertThat(first.variants().get(0).planHash())
                .isNotEqualTo(second.variants().get(0).planHash());
        assertThat(events())
                .extracting(EventRow::type)
                .containsExactly(
                        "NAMESPACE_CREATED",
                        "ADAPTER_REGISTERED",
                        "ADAPTER_REGISTERED",
                        "MERGE_COMPLETED",
                        "MERGE_COMPLETED");
        assertThat(engine.orchestrator().merges().plan(ADA)).isEqualTo(new PlanOutcome.UpToDate());
    }

    @Test
    @DisplayName("asked for by eight threads at a time is done by one of them; versions have no gaps")
    void eightThreads() throws Exception {
        engine.provision(MATH, READING);
        for (int round = 1; round <= 10; round++) {
            engine.register(round % 2 == 0 ? MATH : READING, round);

            List<MergeOutcome> outcomes = NamespacesTest.together(
                    8, i -> engine.orchestrator().merges().mergeNow(ADA));

            List<MergeOutcome> merged = outcomes.stream()
                    .filter(MergeOutcome.Merged.class::isInstance)
                    .toList();
            assertThat(merged).as("round %s: %s", round, outcomes).hasSize(1);
            assertThat(((MergeOutcome.Merged) merged.get(0)).checkpoint().version())
                    .isEqualTo(round);
        }
        List<Long> versions = new ArrayList<>();
        engine.orchestrator().checkpoints().list(ADA, 100).forEach(row -> versions.add(row.version()));
        assertThat(versions).containsExactly(10L, 9L, 8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
        assertThat(events()).hasSize(21);
        for (int i = 0; i < 21; i++) {
            assertThat(events().get(i).seq()).isEqualTo(i + 1);
        }
        for (long version : versions) {
            assertThat(engine.orchestrator().checkpoints().verify(ADA, version))
                    .isInstanceOf(Verification.Intact.class);
        }
        assertThat(engine.events.events(LifecycleEvent.MergeCompleted.class)).hasSize(10);
    }

    @Test
    @DisplayName("while adapters are registered loses none of them, and the event log has no gap")
    void registeringMeanwhile() throws Exception {
        engine.provision(MATH);
        engine.register(MATH, 1000);

        NamespacesTest.together(4, thread -> {
            for (int i = 0; i < 20; i++) {
                if (thread % 2 == 0) {
                    engine.register(MATH, 10_000L * thread + i);
                } else {
                    engine.orchestrator().merges().mergeNow(ADA);
                }
            }
            return "done";
        });
        engine.orchestrator().merges().mergeNow(ADA);

        assertThat(engine.orchestrator().merges().plan(ADA)).isEqualTo(new PlanOutcome.UpToDate());
        assertThat(engine.orchestrator().adapters().current(ADA).get(0).revision())
                .isEqualTo(41);
        List<EventRow> events = events();
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).seq()).isEqualTo(i + 1);
        }
        assertThat(engine.orchestrator().namespaces().get(ADA).eventHead()).isEqualTo(events.size());
        long published =
                engine.orchestrator().checkpoints().latest(ADA).orElseThrow().version();
        assertThat(engine.orchestrator().checkpoints().list(ADA, 1000)).hasSize((int) published);
    }

    /** Lets something happen in the middle of the next merge: when it writes its first bytes. */
    private void atFirstWrite(Runnable event) {
        boolean[] happened = {false};
        engine.blobs.corruptWrites(bytes -> {
            if (!happened[0]) {
                happened[0] = true;
                event.run();
            }
            return bytes;
        });
    }

    private MergePlan plan() {
        return ((PlanOutcome.Due) engine.orchestrator().merges().plan(ADA)).plan();
    }

    private static String variant(VariantRow row) {
        return "{\"adapters\":{\"" + row.name() + "\":1},\"content_hash\":\"" + row.contentHash() + "\",\"layout\":\""
                + row.layout() + "\",\"plan_hash\":\"" + row.planHash() + "\"}";
    }

    private List<EventRow> events() {
        return engine.orchestrator().namespaces().events(ADA, 1, 1000);
    }
}

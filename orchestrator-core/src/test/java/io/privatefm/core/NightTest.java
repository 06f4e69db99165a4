/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A night")
class NightTest {
    private static final int LEARNERS = 1200;

    private final EngineFixture engine = new EngineFixture();

    @AfterEach
    void close() {
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        engine.close();
    }

    @Test
    @DisplayName("merges 1 200 namespaces but the one whose adapter is damaged; the next one has only that left to do")
    void manyNamespaces() {
        for (int i = 0; i < LEARNERS; i++) {
            LearnerId learner = learner(i);
            engine.orchestrator().namespaces().provision(learner, List.of(MATH));
            engine.orchestrator()
                    .adapters()
                    .register(learner, MATH, AdapterFixture.tiny(i).files());
        }
        LearnerId unlucky = learner(777);
        Sha256 damaged =
                engine.orchestrator().adapters().current(unlucky).get(0).weightsBlob();
        engine.blobs.flip(damaged, 8L * 1000);

        NightReport first = engine.orchestrator().merges().runNight();

        assertThat(first.namespaces()).isEqualTo(LEARNERS);
        assertThat(first.upToDate()).isZero();
        assertThat(first.merged()).isEqualTo(LEARNERS - 1);
        assertThat(first.rejected()).isEqualTo(1);
        LifecycleEvent.NightEnded end =
                engine.events.events(LifecycleEvent.NightEnded.class).get(0);
        assertThat(end)
                .isEqualTo(new LifecycleEvent.NightEnded(
                        end.startedAt(), LEARNERS, 0, LEARNERS, LEARNERS - 1, 1, 0, 0, Optional.empty(), end.took()));
        assertThat(end.startedAt()).isAfter(EngineFixture.START);
        assertThat(end.took()).isGreaterThanOrEqualTo(Duration.ofSeconds(LEARNERS)); // the clock goes on at each look
        assertThat(first.results())
                .extracting(NightReport.Result::learner)
                .isSorted()
                .hasSize(LEARNERS);
        NightReport.Result rejected = first.results().get(777);
        assertThat(rejected.learner()).isEqualTo(unlucky);
        assertThat(((MergeOutcome.Rejected) rejected.outcome()).reason())
                .startsWith("blob " + damaged + " is damaged: its bytes hash to ");
        assertThat(engine.events.events(LifecycleEvent.NightStarted.class))
                .containsExactly(new LifecycleEvent.NightStarted(LEARNERS));
        List<LifecycleEvent.NightProgressed> progress = engine.events.events(LifecycleEvent.NightProgressed.class);
        assertThat(progress).hasSize(LEARNERS);
        for (int i = 0; i < LEARNERS; i++) {
            assertThat(progress.get(i).done()).isEqualTo(i + 1);
            assertThat(progress.get(i).namespaces()).isEqualTo(LEARNERS);
            assertThat(progress.get(i).left().isZero()).isEqualTo(i + 1 == LEARNERS);
        }
        assertThat(engine.events.events(LifecycleEvent.MergeCompleted.class)).hasSize(LEARNERS - 1);
        assertThat(engine.events.events(LifecycleEvent.MergeFailed.class)).hasSize(1);
        for (int i : new int[] {0, 499, 500, 501, 776, 778, 999, 1000, 1199}) {
            assertThat(engine.orchestrator().checkpoints().verify(learner(i), 1))
                    .isInstanceOf(Verification.Intact.class);
        }
        int blobs = engine.blobs.committed().size();

        NightReport second = engine.orchestrator().merges().runNight();

        assertThat(second.namespaces()).isEqualTo(LEARNERS);
        assertThat(second.upToDate()).isEqualTo(LEARNERS - 1);
        assertThat(second.results()).extracting(NightReport.Result::learner).containsExactly(unlucky);
        assertThat(second.merged()).isZero();
        assertThat(engine.blobs.committed()).as("nothing was written").hasSize(blobs);

        engine.blobs.heal();
        assertThat(engine.orchestrator().merges().runNight().merged()).isEqualTo(1);
        NightReport last = engine.orchestrator().merges().runNight();
        assertThat(last).isEqualTo(new NightReport(LEARNERS, LEARNERS, List.of()));
    }

    @Test
    @DisplayName("without namespaces is over at once")
    void empty() {
        assertThat(engine.orchestrator().merges().runNight()).isEqualTo(new NightReport(0, 0, List.of()));
        assertThat(engine.events.events()).hasSize(2).startsWith(new LifecycleEvent.NightStarted(0));
        assertThat(engine.events.events(LifecycleEvent.NightEnded.class))
                .singleElement()
                .extracting(LifecycleEvent.NightEnded::namespaces, LifecycleEvent.NightEnded::early)
                .containsExactly(0, Optional.empty());
    }

    @Test
    @DisplayName("passes over namespaces that are not active; those that a dead process left in the middle are")
    void notActive() {
        engine.provision(MATH);
        engine.register(MATH, 1);
        for (NamespaceState state : NamespaceState.values()) {
            engine.store.inTransaction(tx -> {
                NamespaceRow row = tx.find(ADA).orElseThrow();
                return tx.compareAndSet(row, row.withState(state).nextRevision());
            });

            NightReport report = engine.orchestrator().merges().runNight();

            assertThat(report.namespaces())
                    .as("%s", state)
                    .isEqualTo(
                            state == NamespaceState.ACTIVE
                                            || state == NamespaceState.MERGING
                                            || state == NamespaceState.FALLBACK
                                    ? 1
                                    : 0);
        }
    }

    @Test
    @DisplayName(
            "hashes the foundation anew, once, and merges nothing if it is not what it was; what there is serves on")
    void foundationIsReread() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        engine.register(MATH, 9);
        engine.foundation.put("r1", ModelFixture.tiny(2).files());
        int opened = engine.foundation.opened();

        NightReport report = engine.orchestrator().merges().runNight();

        assertThat(report.merged()).isZero();
        assertThat(report.results().get(0).outcome())
                .isInstanceOfSatisfying(
                        MergeOutcome.Rejected.class,
                        rejected -> assertThat(rejected.reason()).startsWith("FOUNDATION_WRONG"));
        assertThat(engine.foundation.opened() - opened).as("once to hash it").isEqualTo(1);
        assertThat(engine.orchestrator().checkpoints().latest(ADA)).contains(before);

        engine.foundation.put("r1", ModelFixture.tiny(1).files());
        assertThat(engine.orchestrator().merges().runNight().merged()).isEqualTo(1);
    }

    @Test
    @DisplayName("rejects what was trained on another foundation, and merges the others")
    void trainedOnAnother() {
        Sha256 own = ModelCheck.contentHash(ModelFixture.tiny(1).files(), 1);
        Sha256 next = ModelCheck.contentHash(ModelFixture.tiny(2).files(), 1);
        engine.provision(MATH);
        engine.orchestrator()
                .adapters()
                .register(ADA, MATH, AdapterFixture.tiny(1).files(), Optional.of(own));
        LearnerId bob = LearnerId.of("bob");
        engine.orchestrator().namespaces().provision(bob, List.of(MATH));
        engine.orchestrator()
                .adapters()
                .register(bob, MATH, AdapterFixture.tiny(2).files());
        engine.foundation.put("r1", ModelFixture.tiny(2).files());

        NightReport report = engine.orchestrator().merges().runNight();

        assertThat(report.results().get(0))
                .isEqualTo(new NightReport.Result(
                        ADA,
                        new MergeOutcome.Rejected("the adapter for math was trained on a foundation with content hash "
                                + own + ", release r1 has " + next)));
        assertThat(report.results().get(1).outcome()).isInstanceOf(MergeOutcome.Merged.class);
    }

    @Test
    @DisplayName("reports every namespace of a foundation that is wrong, merges none of them, and merges the others")
    void wrongFoundation() {
        engine.provision(MATH);
        engine.register(MATH, 1);
        engine.foundation.put("r2", ModelFixture.tiny(2).files());
        LearnerId bob = LearnerId.of("bob");
        engine.orchestrator().namespaces().provision(bob, List.of(MATH));
        engine.orchestrator()
                .adapters()
                .register(bob, MATH, AdapterFixture.tiny(2).files());
        engine.foundation.promise(
                "r1", ModelCheck.contentHash(ModelFixture.tiny(3).files(), 1));

        NightReport report = engine.orchestrator().merges().runNight();

        assertThat(report.results()).extracting(NightReport.Result::learner).containsExactly(ADA, bob);
        assertThat(((MergeOutcome.Rejected) report.results().get(0).outcome()).reason())
                .startsWith("foundation release r1 should have content hash ");
        assertThat(report.results().get(1).outcome()).isInstanceOf(MergeOutcome.Merged.class);
        assertThat(engine.orchestrator().checkpoints().list(ADA, 9)).isEmpty();
    }

    @Test
    @DisplayName("tells listeners of every rejection in its report, those found while planning included")
    void everyRejectionIsHeard() {
        Sha256 own = ModelCheck.contentHash(ModelFixture.tiny(1).files(), 1);
        engine.provision(MATH);
        engine.orchestrator()
                .adapters()
                .register(ADA, MATH, AdapterFixture.tiny(1).files(), Optional.of(own));
        engine.foundation.put("r2", ModelFixture.tiny(2).files());
        LearnerId bob = LearnerId.of("bob");
        engine.orchestrator().namespaces().provision(bob, List.of(MATH));
        engine.orchestrator()
                .adapters()
                .register(bob, MATH, AdapterFixture.tiny(2).files());
        engine.foundation.put("r1", ModelFixture.tiny(3).files());
        engine.foundation.promise("r2", own);

        NightReport report = engine.orchestrator().merges().runNight();

        assertThat(report.rejected()).isEqualTo(2);
        List<LifecycleEvent.MergeFailed> expected = new ArrayList<>();
        report.results()
                .forEach(result -> expected.add(new LifecycleEvent.MergeFailed(
                        engine.orchestrator().namespaces().get(result.learner()).nsUid(),
                        ((MergeOutcome.Rejected) result.outcome()).reason())));
        assertThat(engine.events.events(LifecycleEvent.MergeFailed.class)).isEqualTo(expected);
    }

    @Test
    @DisplayName("goes on when the disk fails for one namespace")
    void diskFails() {
        for (int i = 0; i < 3; i++) {
            engine.orchestrator().namespaces().provision(learner(i), List.of(MATH));
            engine.orchestrator()
                    .adapters()
                    .register(learner(i), MATH, AdapterFixture.tiny(i).files());
        }
        int[] writes = {0};
        engine.blobs.corruptWrites(bytes -> {
            if (++writes[0] == 1) {
                throw new UnavailableException("no space left");
            }
            return bytes;
        });

        NightReport report = engine.orchestrator().merges().runNight();

        assertThat(report.results().get(0).outcome()).isEqualTo(new MergeOutcome.Rejected("no space left"));
        assertThat(report.merged()).isEqualTo(2);
    }

    @Test
    @DisplayName("is not disturbed by listeners that throw, and tells the others all the same")
    void throwingListeners() {
        List<LifecycleEvent> heard = new ArrayList<>();
        Orchestrator orchestrator = engine.restart(engine.builder()
                .addListener(event -> {
                    throw new IllegalStateException("a listener's mistake");
                })
                .addListener(heard::add));
        orchestrator.namespaces().provision(ADA, List.of(MATH));
        engine.register(MATH, 1);

        NightReport report = orchestrator.merges().runNight();

        assertThat(report.merged()).isEqualTo(1);
        assertThat(heard)
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly(
                        "NamespaceCreated",
                        "AdapterRegistered",
                        "NightStarted",
                        "MergeProgressed",
                        "MergeCompleted",
                        "NightProgressed",
                        "NightEnded");
        assertThat(engine.events.events()).isEqualTo(heard);
    }

    private static LearnerId learner(int number) {
        return LearnerId.of(String.format(Locale.ROOT, "learner-%04d", number));
    }
}

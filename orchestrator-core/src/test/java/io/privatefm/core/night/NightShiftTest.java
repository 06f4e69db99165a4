/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.AdapterFixture;
import io.privatefm.core.EngineFixture;
import io.privatefm.core.adapter.AdapterArchive;
import io.privatefm.core.checkpoint.CheckpointMaker;
import io.privatefm.core.checkpoint.CheckpointPublisher;
import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.journal.Correlation;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.core.merge.MergeExecutor;
import io.privatefm.core.merge.Plugins;
import io.privatefm.core.plan.MergePlanner;
import io.privatefm.core.recovery.Misfits;
import io.privatefm.core.recovery.ReadDamage;
import io.privatefm.core.recovery.RecoveryRoom;
import io.privatefm.core.seal.RowSeal;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.CombinedVariant;
import io.privatefm.spi.merge.DeltaTile;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.MergeStrategy;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.recovery.RebasePolicy;
import io.privatefm.spi.recovery.RecoveryPolicy;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The night shift with a host's own strategies")
class NightShiftTest {
    private static final LearnerId BOB = LearnerId.of("bob");

    private final EngineFixture engine = new EngineFixture();

    /** Adds what it is given, unless it is told to break. */
    private static final class Own implements MergeStrategy {
        private RuntimeException failure;
        private RuntimeException failureWhenPlanned;

        @Override
        public String id() {
            return "own";
        }

        @Override
        public int revision() {
            if (failureWhenPlanned != null) {
                throw failureWhenPlanned;
            }
            return 3;
        }

        @Override
        public void combine(DeltaTile tile, float[] combined) {
            if (failure != null) {
                throw failure;
            }
            for (int i = 0; i < tile.length(); i++) {
                combined[i] = tile.delta(0)[i] + tile.delta(1)[i];
            }
        }
    }

    private final Own own = new Own();

    @BeforeEach
    void provision() {
        engine.provision(
                new MergePolicy(
                        false,
                        List.of(new CombinedVariant("both", new TreeMap<>(Map.of(MATH, 1f, READING, 1f)), "own")),
                        Rounding.SINGLE,
                        Layout.DELTA),
                MATH,
                READING);
        engine.register(MATH, 1);
        engine.register(READING, 2);
        engine.orchestrator().namespaces().provision(BOB, List.of(MATH));
        engine.orchestrator()
                .adapters()
                .register(BOB, MATH, AdapterFixture.tiny(3).files());
    }

    @AfterEach
    void close() {
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        engine.close();
    }

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stopTimer() {
        timer.shutdownNow();
    }

    @Test
    @DisplayName("merges with them")
    void merges() {
        NightReport report = shift().run();

        assertThat(report.merged()).isEqualTo(2);
        CheckpointRow row = engine.orchestrator().checkpoints().get(ADA, 1);
        assertThat(row.variants()).extracting(variant -> variant.name()).containsExactly("both");
        assertThat(engine.orchestrator().checkpoints().verify(ADA, 1))
                .isEqualTo(new Verification.Intact(row.checkpointHash()));
    }

    @Test
    @DisplayName("goes on when one of them throws: that namespace is rejected, the others merge")
    void strategyThrows() {
        own.failure = new ArrayIndexOutOfBoundsException("a plug-in's mistake");

        NightReport report = shift().run();

        assertThat(report.results()).extracting(NightReport.Result::learner).containsExactly(ADA, BOB);
        assertThat(report.results().get(0).outcome())
                .isInstanceOfSatisfying(
                        MergeOutcome.Rejected.class,
                        rejected -> assertThat(rejected.reason())
                                .contains("ArrayIndexOutOfBoundsException")
                                .doesNotContain("a plug-in's mistake"));
        assertThat(report.results().get(1).outcome()).isInstanceOf(MergeOutcome.Merged.class);
        assertThat(engine.orchestrator().checkpoints().list(ADA, 9)).isEmpty();
    }

    @Test
    @DisplayName("goes on when one of them throws while a merge is planned")
    void strategyThrowsWhenPlanned() {
        own.failureWhenPlanned = new IllegalStateException("another mistake");

        NightReport report = shift().run();

        assertThat(report.results()).extracting(NightReport.Result::learner).containsExactly(ADA, BOB);
        assertThat(report.results().get(0).outcome())
                .isInstanceOfSatisfying(
                        MergeOutcome.Rejected.class,
                        rejected -> assertThat(rejected.reason())
                                .contains("IllegalStateException")
                                .doesNotContain("another mistake"));
        assertThat(report.merged()).isEqualTo(1);
    }

    @Test
    @DisplayName("tells listeners when one of them throws")
    void strategyThrowsIsHeard() {
        own.failure = new ArrayIndexOutOfBoundsException("a plug-in's mistake");

        NightReport report = shift().run();

        assertThat(engine.events.events(LifecycleEvent.MergeFailed.class))
                .containsExactly(new LifecycleEvent.MergeFailed(
                        engine.orchestrator().namespaces().get(ADA).nsUid(),
                        ((MergeOutcome.Rejected) report.results().get(0).outcome()).reason()));
    }

    @Test
    @DisplayName("goes on when a namespace's policy cannot be read: that one is rejected, the others merge")
    void unreadablePolicy() {
        LearnerId aaron = LearnerId.of("aaron");
        engine.store.inTransaction(tx -> {
            tx.insert(NamespaceRow.first(
                    aaron,
                    new NsUid("a".repeat(32)),
                    List.of(MATH),
                    "r1",
                    "{\"combined\":[],\"layout\":\"OF_A_LATER_VERSION\",\"rounding\":\"SINGLE\",\"separate\":true}"));
            return "done";
        });
        engine.orchestrator()
                .adapters()
                .register(aaron, MATH, AdapterFixture.tiny(4).files());

        NightReport report = shift().run();

        assertThat(report.results()).extracting(NightReport.Result::learner).containsExactly(aaron, ADA, BOB);
        assertThat(report.results().get(0).outcome())
                .isInstanceOfSatisfying(
                        MergeOutcome.Rejected.class,
                        rejected -> assertThat(rejected.reason()).contains("OF_A_LATER_VERSION"));
        assertThat(report.merged()).isEqualTo(2);
    }

    private NightShift shift() {
        Plugins plugins = new Plugins(List.of(own), List.of());
        TensorStream stream = TensorStream.sequential();
        SealedBlobs blobs = new SealedBlobs(engine.blobs, null, new Random(3));
        Foundations foundations = new Foundations(engine.foundation, stream);
        int[] operations = {0};
        Journal journal = new Journal(engine.clock, false, new RowSeal(null, new Random(3)), new Correlation());
        LeaseKeeper keeper = new LeaseKeeper(engine.store, timer, "test", Duration.ofMinutes(1));
        CheckpointReader reader = new CheckpointReader(blobs, stream);
        AdapterArchive archive = new AdapterArchive(blobs, AdapterLimits.DEFAULT);
        MergePlanner planner = new MergePlanner(id -> plugins.strategy(id).revision());
        Supplier<String> ids = () -> "operation-" + ++operations[0];
        CheckpointMaker maker = new CheckpointMaker(
                archive,
                new MergeExecutor(blobs, stream, plugins, 100),
                new CheckpointPublisher(engine.store, blobs, reader, ids, journal, time -> {}),
                engine.events);
        RecoveryRoom room = new RecoveryRoom(
                engine.store,
                new RecoveryRoom.Reading(engine.blobs, over -> blobs, over -> reader, over -> archive),
                null,
                foundations,
                journal,
                keeper,
                planner,
                maker,
                RecoveryPolicy.DEFAULT,
                ids,
                engine.events);
        MergeFailures failures = new MergeFailures(engine.store, journal, ids, engine.events);
        NamespaceMerger merger = new NamespaceMerger(
                engine.store,
                foundations,
                new Rebases(new RebasePolicy.Pinned(), 3, foundations, engine.clock),
                new Misfits(archive),
                planner,
                reader,
                maker,
                journal,
                keeper,
                new ReadDamage(room.findings(), room.fallback(), Runnable::run),
                engine.events,
                failures,
                engine.clock);
        return new NightShift(
                engine.store,
                foundations,
                merger,
                new NightFallbacks(room.fallback(), 3),
                new NightControl(engine.store, engine.clock),
                failures,
                engine.events);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.ReleaseReport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A check of releases")
class ReleaseCheckTest {
    private static final LearnerId BEN = LearnerId.of("ben");

    private final EngineFixture engine = new EngineFixture();
    private final Handlers bus = new Handlers();
    private final Deque<Runnable> queued = new ArrayDeque<>();

    @BeforeEach
    void prepare() {
        engine.restart(engine.builder().eventBus(bus).background(queued::add)).start();
        engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.orchestrator().namespaces().provision(BEN, List.of(MATH));
        release(2);
        release(3);
        release(4);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private void release(int number) {
        engine.foundation.put("r" + number, ModelFixture.tiny(number).files());
    }

    private ReleaseReport check() {
        return engine.orchestrator().recovery().checkReleases();
    }

    private void wake() {
        bus.handle(new BusMessage("m", "FOUNDATION_RELEASED", "", "{}"));
    }

    private String releaseOf(LearnerId learner) {
        return engine.orchestrator().namespaces().get(learner).foundationRelease();
    }

    @Test
    @DisplayName("leaves namespaces that are not too far behind, and brings the others forward, one after the other")
    void tooFarBehind() {
        assertThat(check()).isEqualTo(new ReleaseReport(2, List.of(), Optional.empty()));
        release(5);
        LearnerId fresh = LearnerId.of("fresh");
        engine.orchestrator().namespaces().provision(fresh, List.of(MATH));

        ReleaseReport report = check();

        assertThat(report.namespaces()).isEqualTo(3);
        assertThat(report.stopped()).isEmpty();
        assertThat(report.results()).extracting(ReleaseReport.Result::learner).containsExactly(ADA, BEN);
        assertThat(report.recovered()).isEqualTo(2);
        assertThat(releaseOf(ADA)).isEqualTo("r5");
        assertThat(releaseOf(BEN)).isEqualTo("r5");
        assertThat(engine.events.events(LifecycleEvent.FallbackInitiated.class))
                .extracting(LifecycleEvent.FallbackInitiated::cause)
                .containsExactly(FallbackCause.LAG, FallbackCause.LAG);
        assertThat(check()).isEqualTo(new ReleaseReport(3, List.of(), Optional.empty()));
    }

    @Test
    @DisplayName("is woken by an event, runs in the background, once for all events that come before it begins")
    void woken() {
        release(5);
        wake();
        wake();
        assertThat(queued).hasSize(1);
        assertThat(releaseOf(ADA)).isEqualTo("r1");

        Runnable first = queued.remove();
        first.run();
        assertThat(releaseOf(ADA)).isEqualTo("r5");
        wake();
        assertThat(queued).as("the next event, the next check").hasSize(1);
    }

    @Test
    @DisplayName("is followed by one more where events come while it runs: it may have read the list before")
    void oneMore() {
        List<Integer> waiting = new ArrayList<>();
        FoundationStore watched = new FoundationStore() {
            @Override
            public List<FoundationRelease> releases() {
                List<FoundationRelease> before = engine.foundation.releases();
                if (waiting.isEmpty()) {
                    wake();
                    wake();
                    waiting.add(queued.size());
                }
                return before;
            }

            @Override
            public ModelFiles open(FoundationRelease release) {
                return engine.foundation.open(release);
            }
        };
        engine.restart(Orchestrator.builder(engine.store, engine.blobs, watched)
                        .executor(Runnable::run, 1)
                        .clock(engine.clock)
                        .eventBus(bus)
                        .background(queued::add))
                .start();
        release(5);
        wake();
        queued.remove().run();

        assertThat(waiting).containsExactly(1);
        assertThat(queued).hasSize(1);
        queued.remove().run();
        assertThat(queued).isEmpty();
        assertThat(releaseOf(ADA)).isEqualTo("r5");
    }

    @Test
    @DisplayName("that cannot run is lost without harm: the event is taken, and the night does the same")
    void lost() {
        engine.restart(engine.builder().eventBus(bus).background(work -> {
                    throw new RejectedExecutionException("full");
                }))
                .start();
        release(5);
        wake();
        assertThat(releaseOf(ADA)).isEqualTo("r1");
        engine.orchestrator().merges().runNight();
        assertThat(releaseOf(ADA)).isEqualTo("r5");
    }

    @Test
    @DisplayName("does nothing while nights are paused or fallbacks are stopped, and says so")
    void stopped() {
        release(5);
        engine.orchestrator().merges().pauseNights("a move");
        assertThat(check().stopped().orElseThrow()).contains("a move");
        engine.orchestrator().merges().resumeNights();
        engine.orchestrator().recovery().stop("one key is wrong");
        assertThat(check().stopped()).contains("fallbacks are stopped: one key is wrong");
        assertThat(releaseOf(ADA)).isEqualTo("r1");

        engine.orchestrator().recovery().resume();
        assertThat(check().recovered()).isEqualTo(2);
    }

    @Test
    @DisplayName("reports a namespace that it cannot bring forward, and goes on with the others")
    void oneFails() {
        release(5);
        Orchestrator other = engine.builder().build();
        try (other) {
            String uid = engine.orchestrator().namespaces().get(ADA).nsUid().value();
            engine.store.inTransaction(tx -> tx.leases().acquire("ns:" + uid, "somebody", Duration.ofHours(1)));
            ReleaseReport report = other.recovery().checkReleases();

            assertThat(report.results().get(0).outcome()).contains(new FallbackOutcome.InProgress());
            assertThat(releaseOf(ADA)).isEqualTo("r1");
            assertThat(releaseOf(BEN)).isEqualTo("r5");
            assertThat(report.recovered()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("fails as a whole where the list of releases cannot be read; an event's check only logs that")
    void unreadable() {
        FoundationStore down = new FoundationStore() {
            @Override
            public List<FoundationRelease> releases() {
                throw new UnavailableException("the registry is down");
            }

            @Override
            public ModelFiles open(FoundationRelease release) {
                throw new UnavailableException("the registry is down");
            }
        };
        engine.restart(Orchestrator.builder(engine.store, engine.blobs, down)
                        .executor(Runnable::run, 1)
                        .eventBus(bus)
                        .background(Runnable::run))
                .start();
        assertThatThrownBy(this::check).isInstanceOf(UnavailableException.class);
        wake();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.store.CheckpointRow;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("An orchestrator")
class OrchestratorTest {
    @Nested
    @DisplayName("beside another one in the same JVM")
    class Two {
        @Test
        @DisplayName("shares nothing with it: no namespace, no blob, no event, no foundation")
        void nothingShared() {
            try (EngineFixture one = new EngineFixture();
                    EngineFixture two = new EngineFixture()) {
                two.foundation.put("r1", ModelFixture.tiny(2).files());
                CheckpointRow mine = one.checkpoint(MergePolicy.DEFAULT, MATH);

                assertThat(two.orchestrator().namespaces().find(ADA)).isEmpty();
                assertThat(two.events.events()).isEmpty();
                assertThat(two.blobs.committed()).isEmpty();

                int blobs = one.blobs.committed().size();
                int events = one.events.events().size();
                CheckpointRow theirs = two.checkpoint(MergePolicy.DEFAULT, MATH, READING);

                assertThat(one.blobs.committed()).hasSize(blobs);
                assertThat(one.events.events()).hasSize(events);
                assertThat(one.orchestrator().checkpoints().list(ADA, 9)).containsExactly(mine);
                assertThat(theirs.foundationHash())
                        .as("each has hashed its own release r1")
                        .isEqualTo(ModelCheck.contentHash(ModelFixture.tiny(2).files(), 1))
                        .isNotEqualTo(mine.foundationHash());
                one.orchestrator().close();
                two.register(MATH, 99);
                assertThat(two.merge().version())
                        .as("closing one leaves the other")
                        .isEqualTo(2);
            }
        }

        @Test
        @DisplayName("over the same parts sees what the other did")
        void sameParts() {
            try (EngineFixture engine = new EngineFixture();
                    Orchestrator other = engine.builder().random(new Random(8)).build()) {
                engine.provision(MATH);
                other.adapters().register(ADA, MATH, AdapterFixture.tiny(3).files());
                CheckpointRow row = engine.merge();

                assertThat(other.merges().mergeNow(ADA)).isEqualTo(new MergeOutcome.UpToDate());
                assertThat(other.checkpoints().latest(ADA)).contains(row);
            }
        }
    }

    @Nested
    @DisplayName("draws its ids")
    class Ids {
        @Test
        @DisplayName("from the generator that it was given: the same seed, the same namespaces and operations")
        void seeded() {
            CheckpointRow first = run(new Random(42));
            CheckpointRow second = run(new Random(42));
            CheckpointRow third = run(new Random(43));

            assertThat(second).isEqualTo(first);
            byte[] bits = new byte[16];
            Random drawn = new Random(42);
            drawn.nextBytes(bits); // how the process calls itself
            drawn.nextBytes(bits);
            assertThat(first.nsUid())
                    .as("drawn, not derived from the learner")
                    .isEqualTo(new NsUid(HexFormat.of().formatHex(bits)));
            assertThat(third.nsUid()).isNotEqualTo(first.nsUid());
            assertThat(third.operationId()).isNotEqualTo(first.operationId());
            assertThat(third.checkpointHash()).as("no id enters a model's hash").isEqualTo(first.checkpointHash());
        }

        @Test
        @DisplayName("from a secure one by default: no two alike")
        void random() {
            Set<String> ids = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                CheckpointRow row;
                try (EngineFixture engine = new EngineFixture()) {
                    engine.restart(Orchestrator.builder(engine.store, engine.blobs, engine.foundation)
                            .executor(Runnable::run, 1));
                    row = engine.checkpoint(MergePolicy.DEFAULT, MATH);
                }
                ids.add(row.nsUid().value());
                ids.add(row.operationId());
            }
            assertThat(ids).hasSize(40);
        }

        private static CheckpointRow run(Random random) {
            try (EngineFixture engine = new EngineFixture()) {
                engine.restart(Orchestrator.builder(engine.store, engine.blobs, engine.foundation)
                        .executor(Runnable::run, 1)
                        .clock(() -> EngineFixture.START)
                        .random(random));
                return engine.checkpoint(MergePolicy.DEFAULT, MATH);
            }
        }
    }

    @Nested
    @DisplayName("works on threads")
    class Threads {
        /** So that a thread that does not end fails the test instead of hanging the build. */
        private static final long HANGS_AFTER_MILLIS = 60_000;

        @Test
        @DisplayName("of its own by default, daemons that end with close()")
        void ownThreads() throws InterruptedException {
            Set<Thread> before = mergeThreads();
            try (EngineFixture engine = new EngineFixture()) {
                Orchestrator orchestrator =
                        engine.restart(Orchestrator.builder(engine.store, engine.blobs, engine.foundation));
                engine.checkpoint(MergePolicy.DEFAULT, MATH);
                Set<Thread> own = mergeThreads();
                own.removeAll(before);
                assertThat(own).isNotEmpty().allMatch(Thread::isDaemon);

                orchestrator.close();
                orchestrator.close();

                for (Thread thread : own) {
                    thread.join(HANGS_AFTER_MILLIS);
                    assertThat(thread.isAlive()).as(thread.getName()).isFalse();
                }
            }
        }

        @Test
        @DisplayName("of the host's executor, which stays open, and on no others")
        void hostThreads() throws InterruptedException {
            AtomicInteger made = new AtomicInteger();
            ExecutorService pool =
                    Executors.newFixedThreadPool(2, work -> new Thread(work, "host-" + made.incrementAndGet()));
            Set<Thread> before = mergeThreads();
            try (EngineFixture engine = new EngineFixture()) {
                engine.restart(Orchestrator.builder(engine.store, engine.blobs, engine.foundation)
                                .executor(pool, 2))
                        .start();
                engine.checkpoint(MergePolicy.DEFAULT, MATH);
                engine.orchestrator().close();
            }
            assertThat(pool.isShutdown()).isFalse();
            assertThat(made).hasValue(2);
            Set<Thread> own = mergeThreads();
            own.removeAll(before);
            assertThat(own).isEmpty();
            pool.shutdown();
        }

        private static Set<Thread> mergeThreads() {
            return Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("pfm-merge-"))
                    .collect(Collectors.toSet());
        }
    }

    @Nested
    @DisplayName("is built")
    class Built {
        private final EngineFixture engine = new EngineFixture();

        @Test
        @DisplayName("from each part once; a second one is refused where it is given")
        void eachPartOnce() {
            OrchestratorBuilder builder = Orchestrator.builder(engine.store, engine.blobs, engine.foundation)
                    .eventBus(InMemory.bus())
                    .adapterStore(reference -> AdapterFixture.tiny(1).files())
                    .executor(Runnable::run, 1);

            assertRefused(() -> builder.eventBus(InMemory.bus()), "the event bus is set already, to ");
            assertRefused(
                    () -> builder.adapterStore(
                            reference -> AdapterFixture.tiny(1).files()),
                    "the adapter store is set already, to ");
            assertRefused(() -> builder.executor(Runnable::run, 1), "the executor is set already, to ");
        }

        @Test
        @DisplayName("with at least one thread")
        void threads() {
            for (int threads : new int[] {0, -1}) {
                assertRefused(
                        () -> Orchestrator.builder(engine.store, engine.blobs, engine.foundation)
                                .executor(Runnable::run, threads),
                        "parallelism must be at least 1, not " + threads);
            }
        }

        @Test
        @DisplayName("from in-memory parts in a few lines")
        void inMemory() {
            try (Orchestrator orchestrator = Orchestrator.builder(
                            InMemory.store(),
                            InMemory.blobs(),
                            new Releases().put("r1", ModelFixture.tiny(1).files()))
                    .defaultPolicy(MergePolicy.DEFAULT.withLayout(Layout.FULL))
                    .build()) {
                orchestrator.namespaces().provision(ADA, List.of(MATH));
                orchestrator
                        .adapters()
                        .register(ADA, MATH, AdapterFixture.tiny(1).files());

                assertThat(orchestrator.merges().runNight().merged()).isEqualTo(1);
                assertThat(orchestrator
                                .checkpoints()
                                .get(ADA, 1)
                                .variants()
                                .get(0)
                                .layout())
                        .isEqualTo(Layout.FULL);
            }
        }

        @Test
        @DisplayName("refuses adapters beyond its limits")
        void adapterLimits() {
            try (Orchestrator orchestrator = Orchestrator.builder(
                            InMemory.store(),
                            InMemory.blobs(),
                            new Releases().put("r1", ModelFixture.tiny(1).files()))
                    .adapterLimits(AdapterLimits.DEFAULT.with(AdapterLimits.Limit.RANK, 1))
                    .build()) {
                orchestrator.namespaces().provision(ADA, List.of(MATH));

                assertThatThrownBy(() -> orchestrator
                                .adapters()
                                .register(ADA, MATH, AdapterFixture.tiny(1).files()))
                        .isInstanceOf(InvalidInputException.class)
                        .hasMessageContaining("a rank must be a whole number from 1 to 1, not 2");
            }
        }

        private static void assertRefused(Runnable call, String message) {
            assertThatThrownBy(call::run)
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                    .hasMessageStartingWith(message);
        }
    }
}

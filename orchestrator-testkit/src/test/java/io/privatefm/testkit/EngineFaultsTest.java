/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("An engine whose store fails once, at any transaction,")
class EngineFaultsTest {
    private static final LearnerId ADA = LearnerId.of("ada");
    private static final Subject MATH = Subject.of("math");
    private static final TinyModel MODEL = TinyModels.gpt2(1, FloatType.F32);
    private static final int ATTEMPTS = 4;

    @ParameterizedTest(name = "{0}")
    @EnumSource(FaultyStore.Fault.class)
    @DisplayName("ends where it would have without the fault, when its calls are repeated: fault")
    void everyTransaction(FaultyStore.Fault fault) {
        long transactions = run(Long.MAX_VALUE, fault);
        assertThat(transactions).isGreaterThan(10);
        for (long at = 1; at <= transactions; at++) {
            run(at, fault);
        }
    }

    @Test
    @DisplayName("has the same result however often it is run: the hash does not depend on faults")
    void sameHash() {
        assertThat(new Night(Long.MAX_VALUE, FaultyStore.Fault.BEFORE).run())
                .isEqualTo(new Night(7, FaultyStore.Fault.UNKNOWN_COMMITTED).run());
    }

    /** Runs everything with one fault and checks what is there; gives the number of transactions. */
    private static long run(long at, FaultyStore.Fault fault) {
        Night night = new Night(at, fault);
        try {
            night.run();
            long transactions = night.store.transactions();
            if (!night.store
                    .isArmed()) { // else upkeep ran in the background this time or the other, and had transactions too
                night.check();
            }
            return transactions;
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("with fault " + fault + " at transaction " + at, e);
        }
    }

    /** A namespace made by a message, an adapter, a merge, its messages. */
    private static final class Night {
        final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        final FaultyStore store = new FaultyStore(InMemory.store(now::get));
        final BlobStore blobs = InMemory.blobs(now::get);
        final EventBus bus = InMemory.bus();
        final List<String> delivered = Collections.synchronizedList(new ArrayList<>());
        final OneRelease releases = new OneRelease();

        Night(long at, FaultyStore.Fault fault) {
            if (at < Long.MAX_VALUE) {
                store.failAt(at, fault);
            }
            bus.subscribe("NAMESPACE_CREATED", "test", message -> delivered.add(message.id()));
            bus.subscribe("MERGE_COMPLETED", "test", message -> delivered.add(message.id()));
        }

        Sha256 run() {
            try (Orchestrator pfm = Orchestrator.builder(store, blobs, releases)
                    .eventBus(bus)
                    .executor(Runnable::run, 1)
                    .random(new Random(5))
                    .build()) {
                BusMessage ready = new BusMessage(
                        "m-1", "PRIVATE_BRAIN_READY", "ada", "{\"learner_id\":\"ada\",\"subjects\":[\"math\"]}");
                pfm.start();
                repeat(() -> bus.publish(ready));
                repeat(() -> pfm.adapters()
                        .register(
                                ADA,
                                MATH,
                                TinyAdapters.plain(MODEL, 3, "c_attn").files()));
                repeat(() -> {
                    MergeOutcome outcome = pfm.merges().mergeNow(ADA);
                    if (outcome instanceof MergeOutcome.Rejected || outcome instanceof MergeOutcome.InProgress) {
                        throw new UnavailableException("again: " + outcome);
                    }
                });
                repeat(() -> {
                    pfm.upkeep().relayMessages();
                    if (store.<Long>inTransaction(tx -> tx.outbox().depth())
                            > 0) { // claimed by the upkeep that runs beside
                        throw new UnavailableException("again: a message waits");
                    }
                });
                List<Sha256> hash = new ArrayList<>();
                repeat(() ->
                        hash.add(pfm.checkpoints().latest(ADA).orElseThrow().checkpointHash()));
                return hash.get(0);
            }
        }

        void check() {
            try (Orchestrator pfm = Orchestrator.builder(store, blobs, releases)
                    .executor(Runnable::run, 1)
                    .build()) {
                NamespaceRow namespace = pfm.namespaces().get(ADA);
                List<CheckpointRow> checkpoints = pfm.checkpoints().list(ADA, 9);
                assertThat(checkpoints).extracting(CheckpointRow::version).containsExactly(1L);
                assertThat(pfm.checkpoints().verify(ADA, 1)).isInstanceOf(Verification.Intact.class);
                assertThat(pfm.namespaces().events(ADA, 1, 99))
                        .extracting(EventRow::type)
                        .containsExactly("NAMESPACE_CREATED", "ADAPTER_REGISTERED", "MERGE_COMPLETED");
                assertThat(namespace.eventHead()).isEqualTo(3);
                assertThat(namespace.outboxHead()).isEqualTo(2);
                assertThat(delivered.stream().distinct())
                        .containsExactly(namespace.nsUid() + "-1", namespace.nsUid() + "-2");
                assertThat(store.<Long>inTransaction(tx -> tx.outbox().depth())).isZero();
                assertThat(pfm.merges().mergeNow(ADA)).isEqualTo(new MergeOutcome.UpToDate());
            }
        }

        /** Calls again after a failure, when what a failed call had taken for a while is free again. */
        private void repeat(Runnable call) {
            for (int attempt = 1; ; attempt++) {
                try {
                    call.run();
                    return;
                } catch (UnavailableException | OutcomeUnknownException e) {
                    if (attempt == ATTEMPTS) {
                        throw e;
                    }
                    now.updateAndGet(time -> time.plus(Duration.ofMinutes(2)));
                }
            }
        }
    }

    /** The model that everything is merged with. */
    private static final class OneRelease implements FoundationStore {
        @Override
        public List<FoundationRelease> releases() {
            return List.of(new FoundationRelease(1, "r1", Optional.empty()));
        }

        @Override
        public ModelFiles open(FoundationRelease release) {
            return MODEL.files();
        }
    }
}

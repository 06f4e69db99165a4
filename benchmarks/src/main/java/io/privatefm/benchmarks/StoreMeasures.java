/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.privatefm.core.journal.Correlation;
import io.privatefm.core.journal.EventType;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.seal.RowSeal;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What is measured, each on an empty store of one kind. */
final class StoreMeasures {
    private static final LearnerId MODEL = LearnerId.of("a-model");
    private static final int MERGES_TO_WARM_UP = 200;
    private static final int MERGES = 600;
    private static final int COUNTED = 20;

    private final Supplier<OpenStore> stores;

    StoreMeasures(Supplier<OpenStore> stores) {
        this.stores = stores;
    }

    /** Namespaces provisioned per second. */
    double provisions(int threads) {
        try (OpenStore open = stores.get();
                TinyEngine engine = new TinyEngine(open.store())) {
            return Rate.perSecond(threads, (thread, round) -> engine.provision(learner(thread + "-" + round)));
        }
    }

    /** Events per second, one in each transaction; each thread on a namespace of its own. */
    double events(int threads) {
        try (OpenStore open = stores.get();
                TinyEngine engine = new TinyEngine(open.store())) {
            for (int i = 0; i < threads; i++) {
                engine.provision(learner("" + i));
            }
            Journal journal = new Journal(
                    () -> InstantSource.system().instant().truncatedTo(ChronoUnit.MICROS),
                    false,
                    new RowSeal(null, new SecureRandom()),
                    new Correlation());
            return Rate.perSecond(threads, (thread, round) -> append(open.store(), journal, learner("" + thread)));
        }
    }

    /** Merges published per second, the merge itself included, on one thread. */
    double publishes() {
        try (OpenStore open = stores.get();
                TinyEngine engine = new TinyEngine(open.store())) {
            for (int i = 0; i < MERGES_TO_WARM_UP + MERGES; i++) {
                engine.provision(learner("" + i));
                engine.register(learner("" + i));
            }
            long start = System.nanoTime();
            for (int i = 0; i < MERGES_TO_WARM_UP + MERGES; i++) {
                start = i == MERGES_TO_WARM_UP ? System.nanoTime() : start;
                engine.merge(learner("" + i));
            }
            return MERGES * 1e9 / (System.nanoTime() - start);
        }
    }

    /** Seconds of a night over namespaces as they were provisioned. */
    double nightWithoutAdapters(int namespaces) {
        return night(namespaces, engine -> engine.provision(MODEL));
    }

    /** Seconds of a night over namespaces that were merged before. */
    double nightAfterMerges(int namespaces) {
        return night(namespaces, engine -> {
            engine.provision(MODEL);
            engine.register(MODEL);
            engine.merge(MODEL);
        });
    }

    /** What one provision asks of the database, on average. */
    Traffic.Count provisionTraffic() {
        return traffic((engine, learner) -> {}, TinyEngine::provision);
    }

    /** What one merge asks of the database, on average. */
    Traffic.Count publishTraffic() {
        return traffic(
                (engine, learner) -> {
                    engine.provision(learner);
                    engine.register(learner);
                },
                TinyEngine::merge);
    }

    /** Something that is done for a learner. */
    @FunctionalInterface
    private interface Step {
        void run(TinyEngine engine, LearnerId learner);
    }

    private Traffic.Count traffic(Step before, Step counted) {
        try (OpenStore open = stores.get();
                TinyEngine engine = new TinyEngine(open.store())) {
            for (int i = 0; i < COUNTED; i++) {
                before.run(engine, learner("" + i));
            }
            Traffic.Count start = open.traffic().count();
            for (int i = 0; i < COUNTED; i++) {
                counted.run(engine, learner("" + i));
            }
            return open.traffic().count().minus(start).dividedBy(COUNTED);
        }
    }

    private double night(int namespaces, Consumer<TinyEngine> preparation) {
        try (OpenStore open = stores.get();
                TinyEngine engine = new TinyEngine(open.store())) {
            preparation.accept(engine);
            IdleNamespaces.fill(open.store(), engine.namespace(MODEL), namespaces - 1);
            long start = System.nanoTime();
            engine.idleNight(namespaces);
            return (System.nanoTime() - start) / 1e9;
        }
    }

    /** Reads the row, appends one event, writes the row: what every change in core does at least. */
    private static void append(OrchestratorStore store, Journal journal, LearnerId learner) {
        Transactions.run(store, tx -> {
            NamespaceRow row = tx.find(learner).orElseThrow();
            return journal.change(tx, row)
                    .event(
                            EventType.ADAPTER_REGISTERED,
                            JsonNodeFactory.instance.objectNode().put("subject", "math"))
                    .write();
        });
    }

    private static LearnerId learner(String name) {
        return LearnerId.of("learner-" + name);
    }
}

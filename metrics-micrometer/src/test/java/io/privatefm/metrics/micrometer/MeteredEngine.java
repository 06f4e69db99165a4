/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.testkit.FaultyStore;
import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.SimulatedBlobs;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Fixture: an orchestrator in memory whose meters go into a Prometheus registry, and are looked at anew at each scrape. */
final class MeteredEngine implements AutoCloseable {
    static final Subject MATH = Subject.of("math");
    static final String GUARDIAN = "the-guardian";

    private static final TinyModel MODEL = TinyModels.gpt2(1, FloatType.BF16);

    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final FaultyStore store = new FaultyStore(InMemory.store());
    final SimulatedBlobs blobs = new SimulatedBlobs(InstantSource.system(), new Random(3));
    final Releases releases = new Releases();
    final PfmMetrics metrics = PfmMetrics.on(registry)
            .store(store, Runnable::run)
            .foundation(releases, Runnable::run)
            .refusals(List.of("no key", "the key has not the scope"))
            .period(Duration.ZERO)
            .build();
    final Orchestrator pfm = Orchestrator.builder(store, blobs, releases)
            .executor(Runnable::run, 1)
            .eventBus(InMemory.bus())
            .keyVault(InMemory.vault())
            .guardianAuthority(MeteredEngine::decide)
            .addListener(metrics)
            .build();

    private static Decision decide(GuardianRequest request) {
        return request.guardian().equals(GUARDIAN)
                ? new Decision.Granted("test")
                : new Decision.Denied("not the guardian");
    }

    /** What Prometheus would get now. */
    Scrape scrape() {
        return Scrape.of(registry.scrape());
    }

    /** A namespace with an adapter that is not merged. */
    LearnerId learner(String id) {
        LearnerId learner = LearnerId.of(id);
        pfm.namespaces().provision(learner, List.of(MATH));
        pfm.adapters()
                .register(learner, MATH, TinyAdapters.plain(MODEL, 2, "c_attn").files());
        return learner;
    }

    /** Turns a bit of a learner's newest checkpoint. */
    void damage(LearnerId learner) {
        NamespaceRow namespace = pfm.namespaces().get(learner);
        CheckpointRow newest = pfm.checkpoints().latest(learner).orElseThrow();
        Sha256 blob = newest.variants().get(0).blob();
        blobs.flip(namespace.nsUid(), blob, 8L * blobs.size(namespace.nsUid(), blob) / 2);
    }

    @Override
    public void close() {
        pfm.close();
    }

    /** Releases of the same content, which a test adds to. */
    static final class Releases implements FoundationStore {
        private final List<FoundationRelease> known = new ArrayList<>();

        Releases() {
            add();
        }

        void add() {
            int ordinal = known.size() + 1;
            known.add(new FoundationRelease(ordinal, "r" + ordinal, Optional.empty()));
        }

        @Override
        public List<FoundationRelease> releases() {
            return List.copyOf(known);
        }

        @Override
        public ModelFiles open(FoundationRelease release) {
            return MODEL.files();
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.util.List;
import java.util.Optional;

/** An orchestrator over a store, with a tiny foundation and blobs in memory; it merges on the calling thread. */
final class TinyEngine implements AutoCloseable {
    private static final Subject SUBJECT = Subject.of("math");
    private static final TinyModel MODEL = TinyModels.llama(1, FloatType.BF16, false);

    private final ModelFiles adapter;
    private final Orchestrator orchestrator;

    TinyEngine(OrchestratorStore store) {
        adapter = TinyAdapters.plain(MODEL, 2, "q_proj", "v_proj").files();
        orchestrator = builder(store).build();
    }

    /** What it is built by. */
    static OrchestratorBuilder builder(OrchestratorStore store) {
        return Orchestrator.builder(store, InMemory.blobs(), new OneRelease(MODEL.files()))
                .executor(Runnable::run, 1);
    }

    NamespaceRow provision(LearnerId learner) {
        return orchestrator.namespaces().provision(learner, List.of(SUBJECT));
    }

    /** The namespace as it is now. */
    NamespaceRow namespace(LearnerId learner) {
        return orchestrator.namespaces().get(learner);
    }

    /** Gives a learner something to merge. */
    void register(LearnerId learner) {
        orchestrator.adapters().register(learner, SUBJECT, adapter);
    }

    void merge(LearnerId learner) {
        MergeOutcome outcome = orchestrator.merges().mergeNow(learner);
        if (!(outcome instanceof MergeOutcome.Merged)) {
            throw new IllegalStateException("not merged: " + outcome);
        }
    }

    /** A night with nothing to do. */
    void idleNight(int namespaces) {
        var report = orchestrator.merges().runNight();
        if (report.namespaces() != namespaces || !report.results().isEmpty()) {
            throw new IllegalStateException("not an idle night: " + report);
        }
    }

    @Override
    public void close() {
        orchestrator.close();
    }

    /** A foundation that never changes. */
    private record OneRelease(ModelFiles files) implements FoundationStore {
        @Override
        public List<FoundationRelease> releases() {
            return List.of(new FoundationRelease(1, "r1", Optional.empty()));
        }

        @Override
        public ModelFiles open(FoundationRelease release) {
            return files;
        }
    }
}

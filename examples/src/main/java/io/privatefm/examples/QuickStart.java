/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.store.CheckpointRow;
import java.nio.file.Path;
import java.util.List;

/** Embeds the orchestrator: one learner, one adapter, one night, one exported model. */
public final class QuickStart {
    private QuickStart() {}

    /**
     * Runs the example.
     *
     * @param foundation directory with foundation releases
     * @param adapter PEFT adapter directory, trained for math
     * @param work where blobs and the exported model go
     * @return the content hash of the exported model
     */
    public static Sha256 run(Path foundation, Path adapter, Path work) {
        // region quick-start
        var learner = LearnerId.of("ada");
        var math = Subject.of("math");
        var releases = FoundationDirectory.at(foundation);
        var blobs = BlobDirectory.at(work);
        try (Orchestrator pfm =
                        Orchestrator.builder(InMemory.store(), blobs, releases).build();
                ModelFiles trained = LocalModelFiles.open(adapter)) {
            pfm.namespaces().provision(learner, List.of(math));
            pfm.adapters().register(learner, math, trained);
            pfm.merges().runNight();
            CheckpointRow checkpoint = pfm.checkpoints().latest(learner).orElseThrow();
            Verification verification = pfm.checkpoints().verify(learner, checkpoint.version());
            System.out.println(verification instanceof Verification.Intact ? "intact" : verification);
            return pfm.checkpoints().export(learner, 1, "math", work.resolve("model"));
        }
        // endregion
    }
}

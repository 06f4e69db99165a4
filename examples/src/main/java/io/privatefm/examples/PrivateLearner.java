/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import io.privatefm.core.DeletionCapabilities;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FileKeyVault;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.modelstore.RootKey;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.store.OrchestratorStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Embeds the orchestrator with encryption, and deletes the learner when the guardian asks. */
public final class PrivateLearner {
    private PrivateLearner() {}

    /**
     * Runs the example.
     *
     * @param foundation directory with foundation releases
     * @param adapter PEFT adapter directory, trained for math
     * @param data where blobs go
     * @param keys where the keys go, backed up apart from {@code data}
     * @param root the root key, from the host's secrets
     * @param capabilityKey 32 secret bytes, for deletion capabilities and nothing else
     * @return what came of the guardian's request
     */
    public static DeletionOutcome run(
            Path foundation, Path adapter, Path data, Path keys, RootKey root, byte[] capabilityKey) {
        // region private-learner
        LearnerId learner = LearnerId.of("ada");
        Subject math = Subject.of("math");
        OrchestratorStore store = InMemory.store();
        var capabilities = DeletionCapabilities.of(store, capabilityKey, InstantSource.system());
        try (Orchestrator pfm = Orchestrator.builder(store, BlobDirectory.at(data), FoundationDirectory.at(foundation))
                        .keyVault(FileKeyVault.open(keys, root))
                        .guardianAuthority(capabilities)
                        .build();
                ModelFiles trained = LocalModelFiles.open(adapter)) {
            pfm.namespaces().provision(learner, List.of(math));
            pfm.adapters().register(learner, math, trained);
            pfm.merges().runNight();
            // the host has verified the guardian just now, by a method of its own
            String capability = capabilities.issue(learner, "guardian-7", Duration.ofMinutes(5));
            return pfm.guardian().delete(new GuardianRequest(learner, "guardian-7", capability));
        }
        // endregion
    }
}

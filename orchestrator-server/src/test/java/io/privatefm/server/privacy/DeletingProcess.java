/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.privacy;

import io.privatefm.core.Orchestrator;
import io.privatefm.server.fault.KillPoints;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.store.OrchestratorStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that deletes one learner: home, learner, and the point at which to die, 0 for none. */
final class DeletingProcess {
    static final String STARTED = "STARTED";
    static final String DELETED = "DELETED";

    private DeletingProcess() {}

    public static void main(String[] args) throws Exception {
        KillPoints points = new KillPoints(Long.parseLong(args[2]));
        PrivateHome home = PrivateHome.at(Path.of(args[0]));
        OrchestratorStore store = points.watch(OrchestratorStore.class, home.store());
        BlobStore blobs = points.watch(BlobStore.class, home.blobs());
        KeyVault vault = points.watch(KeyVault.class, home.vault());
        System.out.println(STARTED);
        try (Orchestrator pfm = home.guarded(store, blobs, vault).build()) {
            DeletionOutcome outcome = pfm.guardian().delete(PrivateHome.deletionOf(LearnerId.of(args[1])));
            System.out.println(outcome instanceof DeletionOutcome.Deleted ? DELETED : outcome.toString());
        }
        Files.write(home.folder("points"), points.passed());
    }
}

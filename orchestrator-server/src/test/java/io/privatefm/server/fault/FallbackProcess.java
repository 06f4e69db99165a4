/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import io.privatefm.core.Orchestrator;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Scrubs a {@link Workload}'s home, with fallbacks, in a JVM of its own; dies at a point if it is told to. */
public final class FallbackProcess {
    static final String STARTED = "STARTED";
    static final String ENDED = "END";

    private FallbackProcess() {}

    /** Home, and the point at which to die, 0 for none. */
    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        Workload workload = new Workload(home);
        KillPoints points = new KillPoints(Long.parseLong(args[1]));
        OrchestratorStore store =
                points.watch(OrchestratorStore.class, JdbcStore.open(workload.dataSource(), SchemaMode.MIGRATE));
        say(STARTED);
        try (Orchestrator pfm = workload.builder(store, points.watch(BlobStore.class, workload.blobs()))
                .build()) {
            pfm.recovery().scrub(ScrubRequest.DEFAULT.withNotSince(Duration.ZERO));
        }
        Files.write(home.resolve("points"), points.passed());
        say(ENDED);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}

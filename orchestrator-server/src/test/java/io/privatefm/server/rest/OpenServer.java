/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.server.access.Principal;
import io.privatefm.server.access.RateLimits;
import io.privatefm.server.access.Scope;
import io.privatefm.server.operation.Database;
import io.privatefm.server.operation.OpenOperations;
import io.privatefm.server.operation.OperationHome;
import io.privatefm.spi.LearnerId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** Fixture: the learners' routes with bounds of the test's own, on an H2 file. Whoever asks may do all of it. */
final class OpenServer implements AutoCloseable {
    /** Who has a namespace. */
    static final String LEARNER = "ada";

    /** Most bytes of an upload. */
    static final int MOST_UPLOAD = 64 << 20;

    private final OpenOperations open;
    private final OperationResource watched;
    private final RestServer server;
    private final int port;

    private OpenServer(Path dir, Bounds bounds, List<Resource> more) throws Exception {
        OperationHome home = OperationHome.create(dir, Database.H2);
        open = home.open().started();
        home.learner(open.pfm(), LearnerId.of(LEARNER), 1);
        RateLimits limits = new RateLimits(1_000_000, () -> 0);
        watched = new OperationResource(open.operations());
        List<Resource> resources = new ArrayList<>(more);
        resources.addAll(List.of(
                watched,
                new NamespaceResource(open.pfm(), home.idempotency(), limits),
                new AdapterResource(
                        open.pfm(), limits, Staging.in(dir.resolve("staging")), MOST_UPLOAD, Optional.empty()),
                new CheckpointResource(open.pfm(), limits),
                new EventResource(open.pfm()),
                new MergeResource(open.pfm(), open.operations(), limits),
                new FallbackResource(open.pfm(), open.operations(), limits)));
        server = new RestServer(
                new RestSettings("127.0.0.1", 0, Optional.empty(), MOST_UPLOAD),
                bounds,
                (wanted, given, action, source) -> new Principal("service", EnumSet.allOf(Scope.class)),
                open.pfm()::correlated,
                resources);
        port = server.start();
    }

    static OpenServer in(Path dir, Bounds bounds, Resource... more) throws Exception {
        return new OpenServer(dir, bounds, List.of(more));
    }

    int port() {
        return port;
    }

    void provision(String learner) {
        open.pfm().namespaces().provision(LearnerId.of(learner), List.of(OperationHome.MATH));
    }

    @Override
    public void close() {
        watched.close();
        server.close();
        open.close();
    }
}

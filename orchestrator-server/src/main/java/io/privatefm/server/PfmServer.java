/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server;

import io.privatefm.server.access.Access;
import io.privatefm.server.access.RateLimits;
import io.privatefm.server.config.HttpRules;
import io.privatefm.server.config.ServerSettings;
import io.privatefm.server.health.HealthChecks;
import io.privatefm.server.health.StandardChecks;
import io.privatefm.server.home.HomeKeys;
import io.privatefm.server.operation.Idempotency;
import io.privatefm.server.operation.OperationSettings;
import io.privatefm.server.operation.Operations;
import io.privatefm.server.rest.AdapterResource;
import io.privatefm.server.rest.ApiDocsResource;
import io.privatefm.server.rest.CheckpointResource;
import io.privatefm.server.rest.ConsoleResource;
import io.privatefm.server.rest.DocsResource;
import io.privatefm.server.rest.EventResource;
import io.privatefm.server.rest.FallbackResource;
import io.privatefm.server.rest.HealthResource;
import io.privatefm.server.rest.MergeResource;
import io.privatefm.server.rest.MetricsResource;
import io.privatefm.server.rest.NamespaceHealthResource;
import io.privatefm.server.rest.NamespaceResource;
import io.privatefm.server.rest.NightResource;
import io.privatefm.server.rest.OperationResource;
import io.privatefm.server.rest.OverviewResource;
import io.privatefm.server.rest.RecoveryResource;
import io.privatefm.server.rest.RequestTimes;
import io.privatefm.server.rest.Resource;
import io.privatefm.server.rest.RestServer;
import io.privatefm.server.rest.RestSettings;
import io.privatefm.server.rest.Staging;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service: everything that it consists of, opened, started and closed in order. Several may live in one JVM. Whenever it ends, and
 * however, what it has answered for is kept, and what it has taken on is gone on with by the next process, or by another one on the same
 * database.
 */
public final class PfmServer implements AutoCloseable {
    /** How long {@link #close()} takes at most. */
    public static final Duration LONGEST_END = Duration.ofSeconds(28);

    private static final Logger LOG = LoggerFactory.getLogger(PfmServer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    private final Opened opened = new Opened();
    private final HttpRules http;
    private final Engine engine;
    private final Operations operations;
    private final HealthChecks health;
    private final RestServer rest;
    private int port;
    private boolean closed;

    private PfmServer(ServerSettings settings) throws IOException {
        http = settings.http();
        LOG.info("settings: {}", settings.describe());
        try {
            String node = Node.name();
            engine = new Engine(settings, node, opened);
            Idempotency idempotency = new Idempotency(
                    engine.database.connections(), engine.pepper.hash("idempotency-key", ""), engine.clock);
            operations = opened.add(new Operations(
                    engine.pfm,
                    engine.database.connections(),
                    idempotency,
                    engine.progress,
                    operations(node, settings.limits().recovery().retryLimit()),
                    engine.clock));
            health = new HealthChecks(List.of(
                    StandardChecks.database(engine.database.connections()),
                    StandardChecks.foundation(engine.foundation),
                    StandardChecks.keyVault(HomeKeys.folder(settings.home(), settings.keys())),
                    StandardChecks.blobs(settings.home()),
                    StandardChecks.bus(engine.bus),
                    StandardChecks.audit(engine.pfm)));
            OperationResource watched = new OperationResource(operations);
            rest = opened.add(new RestServer(
                    new RestSettings(http.address(), http.port(), tls(http), http.mostUploadBytes()),
                    new Access(
                            engine.environmentKeys,
                            engine.storedKeys,
                            engine.pfm.security()::refused,
                            System::nanoTime),
                    engine.pfm,
                    resources(settings, idempotency, watched)));
            opened.add(watched); // before the server: who watches is let go, and not waited for
        } catch (RuntimeException | IOException | Error e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Opens what the settings name; nothing runs yet.
     *
     * @throws PfmException if something cannot be opened, saying what; nothing is open then
     */
    public static PfmServer open(ServerSettings settings) {
        try {
            return new PfmServer(settings);
        } catch (IOException e) {
            throw new UnavailableException("cannot read or write in the data directory: " + e, e);
        }
    }

    /**
     * Begins to work by itself, and to listen.
     *
     * @throws PfmException if that cannot be done, as when the port is taken; the server is closed then
     */
    public synchronized void start() {
        try {
            engine.pfm.start();
            operations.start();
            port = listen();
            LOG.info("listening at {}:{}", http.address(), port);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private int listen() {
        try {
            return rest.start();
        } catch (RuntimeException e) {
            throw new UnavailableException(
                    "cannot listen at " + http.address() + ":" + http.port() + ": " + reason(e), e);
        }
    }

    /** Where it listens, once it was started. */
    public synchronized int port() {
        return port;
    }

    /** What the service answers: method and path template, such as {@code GET /api/v1/namespaces/{learner_id}}. */
    public SortedSet<String> routes() {
        return rest.answered();
    }

    /** How it is. */
    public HealthChecks health() {
        return health;
    }

    /**
     * Takes no more requests, lets those under way end, gives back what it is at, and closes everything. After {@link #LONGEST_END} it
     * gives up what has not ended, as if the process had been killed. Idempotent.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        health.stopping();
        Thread closing = new Thread(opened::close, "pfm-closing");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(LONGEST_END.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closing.isAlive()) {
            LOG.warn("not everything has ended after {}; the next process goes on with it", LONGEST_END);
        }
    }

    private List<Resource> resources(ServerSettings settings, Idempotency idempotency, OperationResource watched) {
        RateLimits limits = new RateLimits(settings.limits().operationsPerMinute(), System::nanoTime);
        Staging staging =
                Staging.in(settings.home().resolve("staging").resolve("uploads").resolve(Node.place(http.port())));
        return List.of(
                new RequestTimes(engine.metrics, System::nanoTime),
                new HealthResource(health),
                new MetricsResource(engine.metrics, health),
                new NamespaceResource(engine.pfm, idempotency, limits),
                new NamespaceHealthResource(engine.pfm, limits),
                new AdapterResource(
                        engine.pfm,
                        limits,
                        staging,
                        http.mostUploadBytes(),
                        settings.adapterStore().isPresent()),
                new CheckpointResource(engine.pfm, limits),
                new EventResource(engine.pfm),
                new MergeResource(engine.pfm, operations, limits),
                new FallbackResource(engine.pfm, operations, limits),
                watched,
                new NightResource(engine.pfm, operations, engine.nights, limits),
                new RecoveryResource(engine.pfm),
                new OverviewResource(engine.pfm, engine.nights, engine.recentMerges),
                new ApiDocsResource(),
                new DocsResource(),
                new ConsoleResource());
    }

    private static OperationSettings operations(String node, int retryLimit) {
        OperationSettings usual = OperationSettings.of(node, retryLimit);
        return new OperationSettings(
                node,
                usual.threads(),
                retryLimit,
                usual.polling(),
                usual.heartbeat(),
                usual.pause(),
                PATIENCE,
                usual.watchers());
    }

    private static Optional<RestSettings.Tls> tls(HttpRules http) {
        return http.keyStore()
                .flatMap(file -> http.keyStorePassword().map(password -> new RestSettings.Tls(file, password.value())));
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}

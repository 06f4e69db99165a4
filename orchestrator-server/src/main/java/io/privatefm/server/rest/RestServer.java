/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.util.MethodNotAllowedUtil;
import io.javalin.router.Endpoint;
import io.javalin.router.InternalRouter;
import io.javalin.security.Roles;
import io.javalin.util.JavalinException;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.access.Access;
import io.privatefm.server.access.Scope;
import io.privatefm.spi.observe.CorrelationScope;
import jakarta.servlet.DispatcherType;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.server.handler.QoSHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The REST service. Answers every error with a problem (RFC 9457), and takes on no more than it can do: headers, bodies, connections,
 * threads and clients' slowness are bounded. It ends nothing but itself.
 */
public final class RestServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RestServer.class);

    private final RestSettings settings;
    private final Bounds bounds;
    private final Admission access;
    private final Function<String, CorrelationScope> correlated;
    private final List<Resource> resources;
    private final SecureRandom random = new SecureRandom();
    private final Javalin javalin;

    private @Nullable SlowClients slowClients;

    /**
     * A server with these resources.
     *
     * @throws IllegalArgumentException if a route does not say which scope it asks for
     */
    public RestServer(RestSettings settings, Access access, Orchestrator orchestrator, List<Resource> resources) {
        this(settings, Bounds.STANDARD, access::admit, orchestrator::correlated, resources);
    }

    RestServer(
            RestSettings settings,
            Bounds bounds,
            Admission access,
            Function<String, CorrelationScope> correlated,
            List<Resource> resources) {
        this.settings = settings;
        this.bounds = bounds;
        this.access = access;
        this.correlated = correlated;
        this.resources = List.copyOf(resources);
        this.javalin = Javalin.create(this::configure);
        routes().forEach(RestServer::requireScope);
    }

    /**
     * Begins to listen.
     *
     * @return the port
     * @throws io.javalin.util.JavalinException if that cannot be done, as when the port is taken
     */
    public int start() {
        return javalin.start().port();
    }

    /** Stops taking requests, and lets those under way end, at most 20 seconds. Idempotent. */
    @Override
    public void close() {
        try {
            javalin.stop();
        } catch (JavalinException e) {
            LOG.warn("requests were under way for more than {} when the server stopped", bounds.ending(), e);
        }
    }

    /** What is answered at all: method and path template, such as {@code GET /api/v1/namespaces/{learner_id}}. */
    public SortedSet<String> answered() {
        return routes().stream()
                .map(route -> route.method.name() + " " + route.path)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Every route, as {@code GET /api/v1/namespaces}. */
    List<Endpoint> routes() {
        return router().allHttpHandlers().stream()
                .map(parsed -> parsed.endpoint)
                .filter(route -> route.method.isHttpMethod())
                .toList();
    }

    private InternalRouter router() {
        return javalin.unsafe.internalRouter;
    }

    private static void requireScope(Endpoint route) {
        Roles roles = route.metadata(Roles.class);
        if (roles == null
                || roles.getRoles().size() != 1
                || !roles.getRoles().stream().allMatch(Scope.class::isInstance)) {
            throw new IllegalArgumentException(route.method + " " + route.path + " must ask for one scope");
        }
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.generateEtags = false;
        config.http.maxRequestSize = settings.maxUploadBytes();
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.defaultContentType = "application/json";
        configure(config.jetty);
        config.router.javaLangErrorHandler(Problems::answer);
        config.requestLogger.http(new AccessLog());
        config.routes.beforeMatched(new AccessFilter(access, settings.maxUploadBytes()));
        resources.forEach(resource -> resource.addTo(config.routes));
        config.routes.exception(MethodNotAllowedResponse.class, this::methodNotAllowed);
        config.routes.exception(Exception.class, Problems::answer);
        config.routes.exception(io.javalin.http.HttpResponseException.class, Problems::answer);
    }

    private void configure(io.javalin.config.JettyConfig jetty) {
        QueuedThreadPool threads = new QueuedThreadPool(bounds.threads(), Math.min(8, bounds.threads()), (int)
                bounds.idle().toMillis()); // what waits for a thread is bounded by the connections
        threads.setName("pfm-http");
        jetty.threadPool = threads;
        jetty.modifyServer(this::prepare);
        jetty.modifyHttpConfiguration(this::prepare);
        jetty.addConnector(this::connector);
        jetty.modifyServletContextHandler(context -> {
            FilterHolder filter = new FilterHolder(new CorrelationFilter(correlated, random));
            filter.setAsyncSupported(true);
            context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
            context.setErrorHandler(new ProblemPages(random));
        });
    }

    private void prepare(Server server) {
        QoSHandler busy = new QoSHandler();
        busy.setMaxRequestCount(bounds.requests());
        busy.setMaxSuspendedRequestCount(bounds.waiting());
        busy.setMaxSuspend(bounds.grace());
        busy.excludePath("/api/v1/health/*", "/api/v1/merge-operations/*"); // quick, or open for long without a thread
        SlowClients slow = new SlowClients(busy, bounds, server.getScheduler());
        server.setHandler(new LingeringClose(new GracefulHandler(slow), bounds.linger(), server.getScheduler()));
        server.setErrorHandler(new ProblemPages(random));
        server.setStopTimeout(bounds.ending().toMillis());
        server.addBean(new NetworkConnectionLimit(bounds.connections(), server));
        slowClients = slow;
    }

    private void prepare(HttpConfiguration http) {
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(bounds.headerBytes());
        http.setUriCompliance(UriCompliance.DEFAULT);
        http.setMaxErrorDispatches(1);
    }

    private ServerConnector connector(Server server, HttpConfiguration http) {
        ServerConnector connector = new ServerConnector(server, 1, 1, protocols(http));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(bounds.idle().toMillis());
        connector.setShutdownIdleTimeout(1_000);
        connector.setAcceptQueueSize(128);
        connector.addEventListener(slowClients);
        return connector;
    }

    private ConnectionFactory[] protocols(HttpConfiguration http) {
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        if (settings.tls().isEmpty()) {
            return new ConnectionFactory[] {plain};
        }
        RestSettings.Tls tls = settings.tls().get();
        SslContextFactory.Server context = new SslContextFactory.Server();
        context.setKeyStoreType("PKCS12");
        context.setKeyStorePath(tls.keyStore().toUri().toString());
        context.setKeyStorePassword(tls.password());
        context.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        context.setSniRequired(false);
        http.addCustomizer(new SecureRequestCustomizer(false));
        return new ConnectionFactory[] {new SslConnectionFactory(context, plain.getProtocol()), plain};
    }

    private void methodNotAllowed(Exception refused, Context ctx) {
        String allowed = MethodNotAllowedUtil.INSTANCE.findAvailableHttpHandlerTypes(router(), ctx.path()).stream()
                .map(Object::toString)
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .collect(Collectors.joining(", "));
        Problems.write(Problems.ofStatus(405).with("Allow", allowed), ctx);
    }
}

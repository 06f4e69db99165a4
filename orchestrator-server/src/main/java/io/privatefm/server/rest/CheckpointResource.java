/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.access.OperationClass;
import io.privatefm.server.access.RateLimits;
import io.privatefm.server.access.Scope;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.VariantRow;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Published checkpoints: looking at them, and taking a model out. */
public final class CheckpointResource implements Resource {
    /** How many models are taken out at a time. */
    static final int EXPORTS = 4;

    private static final String ALL = "/api/v1/namespaces/{learner_id}/checkpoints";
    private static final String ONE = ALL + "/{version}";
    private static final String EXPORT = ONE + "/variants/{variant}/export";
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Orchestrator orchestrator;
    private final RateLimits limits;
    private final Semaphore exports = new Semaphore(EXPORTS);

    /** Of an orchestrator. */
    public CheckpointResource(Orchestrator orchestrator, RateLimits limits) {
        this.orchestrator = orchestrator;
        this.limits = limits;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get(ALL, this::list, Scope.READ);
        routes.get(ONE, this::get, Scope.READ);
        routes.get(EXPORT, this::export, Scope.EXPORT);
    }

    private void list(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        LearnerId learner = parameters.path("learner_id", LearnerId::of);
        int limit = parameters.limit();
        long below = parameters.queryNumber("after").orElse(Long.MAX_VALUE);
        parameters.end();
        List<CheckpointRow> rows = orchestrator.checkpoints().page(learner, below, limit + 1);
        Page.of(rows, limit, CheckpointRow::version, CheckpointView::of).answer(ctx, limit);
    }

    private void get(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        LearnerId learner = parameters.path("learner_id", LearnerId::of);
        long version = parameters.pathNumber("version");
        parameters.end();
        CheckpointRow row = orchestrator.checkpoints().get(learner, version);
        EntityTags.answer(ctx, "\"" + row.checkpointHash().hex() + "\"", CheckpointView.of(row));
    }

    private void export(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        LearnerId learner = parameters.path("learner_id", LearnerId::of);
        long version = parameters.pathNumber("version");
        String name = ctx.pathParam("variant");
        parameters.end();
        CheckpointRow row = orchestrator.checkpoints().get(learner, version);
        VariantRow variant = row.variants().stream()
                .filter(found -> found.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.CHECKPOINT_NOT_FOUND, "checkpoint " + version + " has no such variant"));
        limits.require(AccessFilter.principal(ctx), OperationClass.EXPORT);
        if (!exports.tryAcquire()) {
            throw new ProblemException(503, "BUSY", "as many models as may be are being taken out").retryable(SOON);
        }
        try {
            send(ctx, learner, row, variant);
        } finally {
            exports.release();
        }
    }

    private void send(Context ctx, LearnerId learner, CheckpointRow row, VariantRow variant) {
        String file = URLEncoder.encode(variant.name(), StandardCharsets.UTF_8).replace("+", "%20");
        ctx.res().setCharacterEncoding(null); // what is sent is no text
        ctx.contentType("application/x-tar")
                .header("X-Content-Hash", variant.contentHash().hex())
                .header("Content-Disposition", "attachment; filename*=UTF-8''" + file + "-" + row.version() + ".tar")
                .header("Transfer-Encoding", "chunked"); // so that an end that comes too early is known as such
        try {
            TarSink sink = new TarSink(ctx.outputStream(), variant.name(), row.createdAt());
            orchestrator.checkpoints().export(learner, row.version(), variant.name(), sink);
            sink.end();
        } catch (IOException e) {
            throw new UnavailableException("the caller did not take the model to its end", e);
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.Registered;
import io.privatefm.core.RegistrationTerms;
import io.privatefm.server.access.OperationClass;
import io.privatefm.server.access.RateLimits;
import io.privatefm.server.access.Scope;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.AdapterRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The learners' adapters. */
public final class AdapterResource implements Resource {
    /** The one route that takes large bodies. */
    static final String ADAPTER = "/api/v1/namespaces/{learner_id}/adapters/{subject}";

    private static final String ALL = "/api/v1/namespaces/{learner_id}/adapters";
    private static final int LONGEST_REFERENCE = 1000;

    /** What no revision is: with it an adapter is registered only if it is the newest one already. */
    private static final int NONE = Integer.MAX_VALUE;

    private final Orchestrator orchestrator;
    private final RateLimits limits;
    private final Staging staging;
    private final long mostBytes;
    private final Optional<HiddenFolder> adapterStore;

    /**
     * Of an orchestrator.
     *
     * @param mostBytes as {@link RestSettings#maxUploadBytes()}
     * @param adapterStore the folder of the orchestrator's adapter store, if it has one
     */
    public AdapterResource(
            Orchestrator orchestrator,
            RateLimits limits,
            Staging staging,
            long mostBytes,
            Optional<Path> adapterStore) {
        this.orchestrator = orchestrator;
        this.limits = limits;
        this.staging = staging;
        this.mostBytes = mostBytes;
        this.adapterStore = adapterStore.map(folder -> new HiddenFolder(folder, "the adapter store"));
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get(ALL, this::list, Scope.READ);
        routes.put(ADAPTER, this::put, Scope.WRITE);
    }

    private void list(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        LearnerId learner = parameters.path("learner_id", LearnerId::of);
        parameters.end();
        List<AdapterView> items = orchestrator.adapters().current(learner).stream()
                .map(AdapterView::of)
                .toList();
        Json.answer(ctx, 200, new Adapters(items));
    }

    /** All of a learner's adapters, the newest revision of each subject. */
    record Adapters(List<AdapterView> items) {}

    private void put(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        LearnerId learner = parameters.path("learner_id", LearnerId::of);
        Subject subject = parameters.path("subject", Subject::of);
        parameters.end();
        String kind = RequestBody.mediaType(ctx.contentType());
        if (!kind.equals("multipart/form-data") && !kind.equals("application/json")) {
            throw RequestBody.unsupported("multipart/form-data or application/json");
        }
        RequestBody.requirePlain(ctx.header("Content-Encoding"));
        limits.require(AccessFilter.principal(ctx), OperationClass.UPLOAD);
        OptionalInt ifRevision = ifRevision(ctx, learner, subject);
        Registered registered = kind.equals("application/json")
                ? byReference(ctx, learner, subject, ifRevision)
                : byUpload(ctx, learner, subject, ifRevision);
        ctx.header("ETag", AdapterView.tag(registered.row()));
        Json.answer(ctx, registered.isNew() ? 201 : 200, AdapterView.of(registered.row()));
    }

    private Registered byUpload(Context ctx, LearnerId learner, Subject subject, OptionalInt ifRevision) {
        try (StagedUpload upload = staging.begin()) {
            Optional<Sha256> trainedOn = AdapterForm.read(ctx.req(), upload, mostBytes);
            RegistrationTerms terms = new RegistrationTerms(trainedOn, Optional.empty(), ifRevision);
            return orchestrator.adapters().register(learner, subject, upload, terms);
        }
    }

    private Registered byReference(Context ctx, LearnerId learner, Subject subject, OptionalInt ifRevision) {
        Fields fields = Json.body(ctx);
        Optional<String> uri = fields.required("uri", AdapterResource::reference);
        Optional<Sha256> weights = fields.required("sha256", Sha256::parse);
        fields.end();
        HiddenFolder folder = adapterStore.orElseThrow(() -> ProblemException.invalid(List.of(FieldProblem.at(
                "/uri", "this server has no adapter store (ADAPTER_STORE_URL); send the files instead"))));
        RegistrationTerms terms = new RegistrationTerms(Optional.empty(), weights, ifRevision);
        try {
            return orchestrator.adapters().register(learner, subject, uri.orElseThrow(), terms);
        } catch (InvalidInputException e) {
            throw folder.hiddenIn(Problems.refusal(e));
        }
    }

    private static String reference(String text) {
        if (text.isBlank() || text.length() > LONGEST_REFERENCE) {
            throw new IllegalArgumentException("a reference is 1 to " + LONGEST_REFERENCE + " characters");
        }
        return text;
    }

    /**
     * Which revision must be the newest for the adapter to become the next. Where the caller's tags are of none, it is only refused after
     * a look at the adapter: a caller who got no answer may send the same again.
     */
    private OptionalInt ifRevision(Context ctx, LearnerId learner, Subject subject) {
        Optional<AdapterRow> newest = orchestrator.adapters().current(learner).stream()
                .filter(row -> row.subject().equals(subject))
                .findFirst();
        Optional<EntityTags> match = EntityTags.of(ctx, "If-Match");
        Optional<EntityTags> noneMatch = EntityTags.of(ctx, "If-None-Match");
        if (match.isPresent()) {
            AdapterRow row = newest.orElseThrow(() -> failed("there is no adapter yet"));
            return OptionalInt.of(match.get().matchStrongly(AdapterView.tag(row)) ? row.revision() : NONE);
        }
        if (noneMatch.isPresent() && newest.isPresent()) {
            boolean matches = noneMatch.get().matchWeakly(AdapterView.tag(newest.get()));
            return OptionalInt.of(matches ? NONE : newest.get().revision());
        }
        return noneMatch.isPresent() ? OptionalInt.of(0) : OptionalInt.empty();
    }

    private static ProblemException failed(String detail) {
        return new ProblemException(412, "PRECONDITION_FAILED", detail);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.core.NamespaceSummary;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.access.OperationClass;
import io.privatefm.server.access.RateLimits;
import io.privatefm.server.access.Scope;
import io.privatefm.server.operation.Idempotency;
import io.privatefm.server.operation.IdempotencyKey;
import io.privatefm.server.operation.Remembered;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.guardian.DeletionReceipt;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The learners' namespaces: making, looking, holding, deleting. */
public final class NamespaceResource implements Resource {
    private static final String ALL = "/api/v1/namespaces";
    private static final String ONE = ALL + "/{learner_id}";
    private static final String HOLD = ONE + "/legal-hold";

    private final Orchestrator orchestrator;
    private final Idempotency idempotency;
    private final RateLimits limits;

    /** Of an orchestrator. */
    public NamespaceResource(Orchestrator orchestrator, Idempotency idempotency, RateLimits limits) {
        this.orchestrator = orchestrator;
        this.idempotency = idempotency;
        this.limits = limits;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.post(ALL, this::create, Scope.WRITE);
        routes.get(ALL, this::list, Scope.READ);
        routes.get(ONE, this::get, Scope.READ);
        routes.delete(ONE, this::delete, Scope.GUARDIAN);
        routes.put(HOLD, ctx -> hold(ctx, true), Scope.WRITE);
        routes.delete(HOLD, ctx -> hold(ctx, false), Scope.WRITE);
    }

    private void create(Context ctx) {
        new Parameters(ctx).end();
        NewNamespace wanted = NewNamespace.of(Json.body(ctx));
        Optional<IdempotencyKey> key = IdempotencyHeader.of(ctx, "POST " + ALL);
        NamespaceRow made = key.isEmpty() ? make(wanted) : once(ctx, key.get(), wanted);
        NamespaceSummary namespace = orchestrator.overview().of(made.learner());
        ctx.header("Location", ALL + "/" + made.learner());
        ctx.header("ETag", NamespaceView.tag(namespace));
        Json.answer(ctx, 201, NamespaceView.of(namespace));
    }

    private NamespaceRow make(NewNamespace wanted) {
        return orchestrator.namespaces().create(wanted.learner(), wanted.subjects(), wanted.foundationRelease());
    }

    private NamespaceRow once(Context ctx, IdempotencyKey key, NewNamespace wanted) {
        Remembered remembered = idempotency.begin(key, wanted.fingerprint());
        if (remembered instanceof Remembered.Different) {
            throw IdempotencyHeader.reused();
        }
        if (remembered instanceof Remembered.Same same) {
            ctx.header(IdempotencyHeader.REPLAYED, "true");
            return made(wanted, same.answer());
        }
        boolean again = ((Remembered.New) remembered).again();
        try {
            NamespaceRow row = makeOrFind(wanted, again);
            idempotency.complete(key, row.nsUid().value());
            return row;
        } catch (RuntimeException e) {
            giveUp(key, e);
            throw e;
        }
    }

    /** What was refused was not made; what failed otherwise may have been, also where a store did not answer. */
    private void giveUp(IdempotencyKey key, RuntimeException failure) {
        try {
            if (failure instanceof InvalidInputException || failure instanceof AlreadyExistsException) {
                idempotency.abandon(key);
            } else {
                idempotency.release(key);
            }
        } catch (PfmException e) {
            failure.addSuppressed(e); // then it counts as given up after a while
        }
    }

    /** What a process that ended before it answered had made counts as made by this request. */
    private NamespaceRow makeOrFind(NewNamespace wanted, boolean again) {
        try {
            return make(wanted);
        } catch (AlreadyExistsException e) {
            if (!again) {
                throw e;
            }
            return orchestrator.namespaces().get(wanted.learner());
        }
    }

    private NamespaceRow made(NewNamespace wanted, String nsUid) {
        return orchestrator
                .namespaces()
                .find(wanted.learner())
                .filter(row -> row.nsUid().value().equals(nsUid))
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.NAMESPACE_DELETED, "the namespace that this request made was deleted since"));
    }

    private void list(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        int limit = parameters.limit();
        Optional<LearnerId> after = parameters.query("after", LearnerId::of);
        parameters.end();
        Page.of(
                        living(after.orElse(null), limit + 1),
                        limit,
                        namespace -> namespace.row().learner().value(),
                        NamespaceSummaryView::of)
                .answer(ctx, limit);
    }

    /** Those that were not deleted: what is left of one that was says nothing to anybody. */
    private List<NamespaceSummary> living(@Nullable LearnerId after, int most) {
        List<NamespaceSummary> found = new ArrayList<>();
        LearnerId last = after;
        while (found.size() < most) {
            List<NamespaceSummary> page = orchestrator.overview().page(last, most);
            page.stream()
                    .filter(namespace -> namespace.row().state() != NamespaceState.DELETED)
                    .limit(most - found.size())
                    .forEach(found::add);
            if (page.size() < most) {
                break;
            }
            last = page.get(page.size() - 1).row().learner();
        }
        return found;
    }

    private void get(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        LearnerId learner = parameters.path("learner_id", LearnerId::of);
        parameters.end();
        NamespaceSummary namespace = living(learner);
        EntityTags.answer(ctx, NamespaceView.tag(namespace), NamespaceView.of(namespace));
    }

    private NamespaceSummary living(LearnerId learner) {
        NamespaceSummary namespace = orchestrator.overview().of(learner);
        if (namespace.row().state() == NamespaceState.DELETED) {
            throw new InvalidInputException(
                    ErrorCode.NAMESPACE_NOT_FOUND, "there is no namespace of learner " + learner);
        }
        return namespace;
    }

    private void hold(Context ctx, boolean held) {
        Parameters parameters = new Parameters(ctx);
        LearnerId learner = parameters.path("learner_id", LearnerId::of);
        parameters.end();
        Json.bodyOrEmpty(ctx).end();
        living(learner);
        orchestrator.namespaces().setLegalHold(learner, held);
        NamespaceSummary namespace = orchestrator.overview().of(learner);
        ctx.header("ETag", NamespaceView.tag(namespace));
        Json.answer(ctx, 200, NamespaceView.of(namespace));
    }

    private void delete(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        LearnerId learner = parameters.path("learner_id", LearnerId::of);
        parameters.end();
        limits.require(AccessFilter.principal(ctx), OperationClass.DELETION);
        DeletionOutcome outcome = orchestrator
                .guardian()
                .delete(new GuardianRequest(learner, header(ctx, "X-Guardian-Id"), header(ctx, "X-Guardian-Key")));
        if (outcome instanceof DeletionOutcome.Deleted deleted) {
            Json.answer(ctx, 200, Deletion.of(deleted.receipt()));
        } else if (outcome instanceof DeletionOutcome.Held) {
            throw new ProblemException(
                    409,
                    "LEGAL_HOLD",
                    "it was granted, and the namespace is under legal hold: it is kept until that ends");
        } else {
            throw new ProblemException(403, "FORBIDDEN", "this guardian may not have this learner deleted");
        }
    }

    private static String header(Context ctx, String name) {
        return Optional.ofNullable(ctx.header(name)).orElse("");
    }

    /**
     * What came of a deletion.
     *
     * @param receipt what the guardian keeps; {@code pfm audit verify --receipt} checks it
     */
    record Deletion(String status, String nsUid, String keyId, Instant destroyedAt, JsonNode receipt) {
        static Deletion of(DeletionReceipt receipt) {
            try {
                return new Deletion(
                        "DELETED",
                        receipt.namespace().value(),
                        receipt.keyId(),
                        receipt.destroyedAt(),
                        Json.MAPPER.readTree(receipt.document()));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a receipt is JSON", e);
            }
        }
    }
}

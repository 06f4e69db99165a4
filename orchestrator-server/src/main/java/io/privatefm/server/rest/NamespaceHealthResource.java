/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.core.NamespaceSummary;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.access.OperationClass;
import io.privatefm.server.access.RateLimits;
import io.privatefm.server.access.Scope;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.store.NamespaceState;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How a learner's namespace is. */
public final class NamespaceHealthResource implements Resource {
    private static final Set<NamespaceState> WORKING =
            EnumSet.of(NamespaceState.INITIALIZING, NamespaceState.ACTIVE, NamespaceState.MERGING);

    private final Orchestrator orchestrator;
    private final RateLimits limits;

    /** Of an orchestrator. */
    public NamespaceHealthResource(Orchestrator orchestrator, RateLimits limits) {
        this.orchestrator = orchestrator;
        this.limits = limits;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/namespaces/{learner_id}/health", this::get, Scope.READ);
    }

    private void get(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        LearnerId learner = parameters.path("learner_id", LearnerId::of);
        boolean verify = parameters.flag("verify");
        parameters.end();
        NamespaceSummary namespace = orchestrator.overview().of(learner);
        if (namespace.row().state() == NamespaceState.DELETED) {
            throw new InvalidInputException(
                    ErrorCode.NAMESPACE_NOT_FOUND, "there is no namespace of learner " + learner);
        }
        Optional<VerificationView> verification = Optional.empty();
        if (verify) {
            limits.require(AccessFilter.principal(ctx), OperationClass.VERIFY);
            long version = namespace.row().checkpointVersion();
            verification = version == 0
                    ? Optional.empty()
                    : Optional.of(VerificationView.of(orchestrator.checkpoints().verify(learner, version)));
        }
        Json.answer(ctx, 200, NamespaceHealth.of(namespace, verification));
    }

    /**
     * The answer.
     *
     * @param healthy it is where it should be, and neither a scrub nor this request found damage
     * @param verification null unless it was asked for and there is a checkpoint
     */
    record NamespaceHealth(
            String learnerId,
            String nsUid,
            String status,
            boolean healthy,
            Optional<Integer> lag,
            boolean due,
            long checkpointVersion,
            Optional<ScrubView> lastScrub,
            Optional<VerificationView> verification) {
        static NamespaceHealth of(NamespaceSummary namespace, Optional<VerificationView> verification) {
            boolean sound =
                    namespace.scrub().map(scrub -> scrub.verdict().isEmpty()).orElse(true)
                            && verification
                                    .map(found -> found.damages().isEmpty())
                                    .orElse(true);
            return new NamespaceHealth(
                    namespace.row().learner().value(),
                    namespace.row().nsUid().value(),
                    namespace.row().state().name(),
                    sound && WORKING.contains(namespace.row().state()),
                    NamespaceView.lag(namespace),
                    namespace.due(),
                    namespace.row().checkpointVersion(),
                    namespace.scrub().map(ScrubView::of),
                    verification);
        }
    }

    /** What reading every byte found. */
    record VerificationView(String outcome, List<DamageView> damages) {
        static VerificationView of(Verification verification) {
            if (verification instanceof Verification.Damaged damaged) {
                return new VerificationView(
                        "DAMAGED",
                        damaged.damages().stream()
                                .map(damage -> new DamageView(
                                        damage.variant(), damage.verdict().name(), damage.toString()))
                                .toList());
            }
            return new VerificationView("INTACT", List.of());
        }
    }

    /** One finding. */
    record DamageView(Optional<String> variant, String verdict, String detail) {}
}

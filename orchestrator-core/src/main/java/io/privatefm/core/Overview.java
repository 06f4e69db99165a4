/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.recovery.Lag;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceCount;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Where everything stands, for operators and metrics. Only reads. Safe for use by several threads at once. */
public final class Overview {
    private final OrchestratorStore store;
    private final Foundations foundations;
    private final boolean publishing;

    /**
     * An overview.
     *
     * @param publishing whether there is a bus that messages go to
     */
    Overview(OrchestratorStore store, Foundations foundations, boolean publishing) {
        this.store = store;
        this.foundations = foundations;
        this.publishing = publishing;
    }

    /**
     * How many namespaces there are of each kind. {@link NamespaceCount#due()} is what their rows say; a night finds more to do where a
     * namespace is to move to another foundation release, or is to fall back.
     */
    public List<NamespaceCount> namespaces() {
        return store.inTransaction(StoreTx::count);
    }

    /**
     * How many releases the newest foundation release is ahead of another.
     *
     * @throws InvalidInputException if the foundation store has no release of that name
     */
    public int lag(String foundationRelease) {
        return Lag.of(foundationRelease, foundations.releases())
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.MODEL_INVALID, "the foundation store has no release '" + foundationRelease + "'"));
    }

    /**
     * Namespaces in ascending order of learner, a page at a time, each page as it was at one moment. Those that were deleted are among
     * them, as their tombstones.
     *
     * @param after the last learner of the page before, {@code null} for the first page
     * @param limit at most this many, at least 1
     */
    public List<NamespaceSummary> page(@Nullable LearnerId after, int limit) {
        List<FoundationRelease> releases = foundations.releases();
        return store.inTransaction(tx -> tx.namespaces(after, limit).stream()
                .map(row -> summary(tx, row, releases))
                .toList());
    }

    /**
     * A learner's namespace.
     *
     * @throws InvalidInputException with {@link ErrorCode#NAMESPACE_NOT_FOUND} if there is none
     */
    public NamespaceSummary of(LearnerId learner) {
        List<FoundationRelease> releases = foundations.releases();
        Optional<NamespaceSummary> found =
                store.inTransaction(tx -> tx.find(learner).map(row -> summary(tx, row, releases)));
        return found.orElseThrow(() -> Namespaces.notFound(learner));
    }

    private static NamespaceSummary summary(StoreTx tx, NamespaceRow row, List<FoundationRelease> releases) {
        Optional<CheckpointRow> newest =
                row.checkpointVersion() == 0 ? Optional.empty() : tx.checkpoint(row.nsUid(), row.checkpointVersion());
        int lag = Lag.of(row.foundationRelease(), releases).orElse(NamespaceSummary.UNKNOWN_LAG);
        return new NamespaceSummary(row, lag, row.isDue(), newest, tx.scrubs().find(row.nsUid()));
    }

    /** How many messages wait to be published; empty without a bus. */
    public OptionalLong outboxDepth() {
        return publishing
                ? OptionalLong.of(store.inTransaction(tx -> tx.outbox().depth()))
                : OptionalLong.empty();
    }

    /** How far the audit log has come. */
    public AuditState audit() {
        return store.inTransaction(
                tx -> new AuditState(tx.audit().newestHead(), tx.audit().waiting()));
    }

    /** How far scrubs have come. */
    public ScrubState scrubs() {
        return store.inTransaction(tx -> new ScrubState(
                tx.scrubs().oldest(), !tx.scrubs().due(Instant.EPOCH, 1).isEmpty()));
    }
}

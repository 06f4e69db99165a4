/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.recovery.RestorePoint;
import java.util.Optional;

/**
 * What is asked for.
 *
 * @param learner whose namespace; empty for a night
 * @param nsUid that namespace
 * @param point which state a fallback brings back; of no other kind
 */
public record OperationRequest(
        OperationKind kind, Optional<LearnerId> learner, Optional<NsUid> nsUid, Optional<RestorePoint> point) {
    /** A merge of what is due for a learner. */
    public static OperationRequest merge(LearnerId learner, NsUid nsUid) {
        return new OperationRequest(OperationKind.MERGE, Optional.of(learner), Optional.of(nsUid), Optional.empty());
    }

    /** A fallback of a learner's namespace. */
    public static OperationRequest fallback(LearnerId learner, NsUid nsUid, RestorePoint point) {
        return new OperationRequest(
                OperationKind.FALLBACK, Optional.of(learner), Optional.of(nsUid), Optional.of(point));
    }

    /** The nightly batch, now. */
    public static OperationRequest night() {
        return new OperationRequest(OperationKind.NIGHT, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The same text for the same request, and for no other. */
    String fingerprint() {
        return kind + "\n" + learner.map(LearnerId::value).orElse("") + "\n"
                + point.map(RestorePoint::toString).orElse("");
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.core.Orchestrator;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;

/** The namespace that an operation is asked for: looked for before the operation is taken on. */
final class NamespaceAtWork {
    private NamespaceAtWork() {}

    /** @throws InvalidInputException if there is none, or it is being deleted */
    static NsUid of(Orchestrator pfm, LearnerId learner) {
        NamespaceRow namespace = pfm.namespaces().get(learner);
        if (namespace.state() == NamespaceState.DELETING || namespace.state() == NamespaceState.DELETED) {
            throw new InvalidInputException(ErrorCode.NAMESPACE_DELETED, "the learner is being deleted");
        }
        return namespace.nsUid();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest.contract;

import io.privatefm.server.rest.contract.Contract.Documented;
import java.util.Set;
import java.util.TreeSet;

/** Answers that the contract names and {@link ContractTest} does not bring about, each with its reason. */
final class UnseenAnswers {
    private static final Set<String> HEALTH = Set.of("getHealth", "getReadiness");

    private final Contract contract;

    UnseenAnswers(Contract contract) {
        this.contract = contract;
    }

    /** Such as {@code merge 503}. */
    Set<String> all() {
        Set<String> unseen = new TreeSet<>();
        for (Documented operation : contract.operations()) {
            unseen.add(operation.id() + " 500"); // a fault of the service, or damaged rows
            if (!HEALTH.contains(operation.id())) {
                unseen.add(operation.id() + " 503"); // a database that is down, or too many at once
            }
        }
        for (String writing : Set.of("merge", "fallBack", "beginNight", "registerAdapter")) {
            unseen.add(writing + " 409"); // another writer at the same moment
        }
        for (String writing : Set.of("merge", "fallBack", "registerAdapter", "beginLegalHold", "endLegalHold")) {
            unseen.add(writing + " 410"); // a deletion at the same moment; after it, 404
        }
        return unseen;
    }
}

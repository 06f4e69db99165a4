/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.Transactions;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.OrchestratorStore;
import java.util.Map;
import java.util.function.Supplier;

/** What a host's own access control reports. Safe for use by several threads at once. */
public final class Security {
    private static final String ACTION = "ACCESS_REFUSED";
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_REASON = 1000;

    private final OrchestratorStore store;
    private final Journal journal;
    private final Supplier<String> operationIds;
    private final OrchestratorListener listener;

    Security(OrchestratorStore store, Journal journal, Supplier<String> operationIds, OrchestratorListener listener) {
        this.store = store;
        this.journal = journal;
        this.operationIds = operationIds;
        this.listener = listener;
    }

    /**
     * Writes down that somebody was refused: an audit entry, and then {@link LifecycleEvent.AccessRefused}. The entry is in the clear and
     * is kept for good, so nothing that is passed may say anything of a learner, and a host bounds how often it calls. It is rather written twice
     * than not at all.
     *
     * @param principal who it was, as far as that is known, and never a secret; 1 to 200 characters without control characters
     * @param action what was asked for, such as {@code POST /api/v1/namespaces/{learner_id}/merge}; 1 to 200 characters likewise
     * @param reason for people; 1 to 1000 characters likewise
     * @throws InvalidInputException with {@link ErrorCode#INVALID_ARGUMENT} if one of them is anything else
     * @throws io.privatefm.spi.PfmException if the store fails: it is not written down then, or perhaps
     */
    public void refused(String principal, String action, String reason) {
        require("principal", principal, LONGEST_NAME);
        require("action", action, LONGEST_NAME);
        require("reason", reason, LONGEST_REASON);
        String operationId = operationIds.get();
        ObjectNode details = JsonNodeFactory.instance.objectNode();
        details.put("action", action).put("principal", principal).put("reason", reason);
        Transactions.idempotent(store, tx -> {
            journal.auditDenied(tx, principal, ACTION, operationId, details);
            return true;
        });
        listener.onEvent(new LifecycleEvent.AccessRefused(action, reason));
    }

    /**
     * Writes down that somebody changed what lets callers in, such as a key: an audit entry, in the clear and for good. It is rather
     * written twice than not at all.
     *
     * @param principal who did it; 1 to 200 characters without control characters
     * @param action what was done, such as {@code KEY_CREATED}; 1 to 200 characters likewise
     * @param details by name, such as a key's public id, and never a secret; names have 1 to 200 characters likewise, values 1 to 1000
     * @throws InvalidInputException with {@link ErrorCode#INVALID_ARGUMENT} if one of them is anything else
     * @throws io.privatefm.spi.PfmException if the store fails: it is not written down then, or perhaps
     */
    public void changed(String principal, String action, Map<String, String> details) {
        require("principal", principal, LONGEST_NAME);
        require("action", action, LONGEST_NAME);
        ObjectNode written = JsonNodeFactory.instance.objectNode();
        details.forEach((name, value) -> {
            require("a detail's name", name, LONGEST_NAME);
            require("a detail", value, LONGEST_REASON);
            written.put(name, value);
        });
        String operationId = operationIds.get();
        Transactions.idempotent(store, tx -> {
            journal.auditAccess(tx, principal, action, operationId, written);
            return true;
        });
    }

    private static void require(String name, String text, int longest) {
        if (text.isBlank() || text.length() > longest || text.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    name + " must be 1 to " + longest + " characters without control characters");
        }
    }
}

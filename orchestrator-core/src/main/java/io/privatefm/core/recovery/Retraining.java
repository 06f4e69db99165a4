/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.journal.EventType;
import io.privatefm.core.journal.NamespaceChange;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.StoreTx;

/** Asks for adapters to be trained again. */
public final class Retraining {
    /** Topic of the messages. */
    public static final String TOPIC = "RETRAINING_REQUESTED";

    private Retraining() {}

    /** Sends the message that asks for it. */
    public static void request(NamespaceChange change, Subject subject, String release, String reason) {
        change.message(
                TOPIC,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("subject", subject.value())
                        .put("foundation_release", release)
                        .put("reason", reason));
    }

    /** Sets an adapter revision aside, and asks for another. */
    static void setAside(
            StoreTx tx, NamespaceChange change, Subject subject, int revision, String release, String reason) {
        ObjectNode payload = JsonNodeFactory.instance
                .objectNode()
                .put("subject", subject.value())
                .put("revision", revision)
                .put("foundation_release", release)
                .put("reason", reason);
        if (!tx.setAside(change.namespace(), subject, revision)) {
            throw new ConflictException("revision " + revision + " of " + subject + " is gone");
        }
        change.event(EventType.ADAPTER_SET_ASIDE, payload);
        request(change, subject, release, reason);
    }
}

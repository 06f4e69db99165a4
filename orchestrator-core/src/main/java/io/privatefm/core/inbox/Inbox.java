/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.inbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.Transactions;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which messages were taken, so that each has its effect once; and a record of those that were not. Keeps digests of ids only, which
 * say nothing of a learner.
 */
public final class Inbox {
    /** The group that takes messages from the bus, and the consumer that they are noted under. */
    public static final String CONSUMER = "private-fm";

    private static final String DEAD = CONSUMER + ":dead";
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    private final OrchestratorStore store;
    private final Journal journal;
    private final OrchestratorListener listener;

    public Inbox(OrchestratorStore store, Journal journal, OrchestratorListener listener) {
        this.store = store;
        this.journal = journal;
        this.listener = listener;
    }

    /**
     * Notes that a message is taken, in the transaction of its effect.
     *
     * @return false if it was taken before
     */
    public boolean firstTime(StoreTx tx, IncomingMessage message) {
        return tx.firstTime(CONSUMER, message.digest());
    }

    /** Whether a message was taken. */
    public boolean taken(StoreTx tx, IncomingMessage message) {
        return tx.taken(CONSUMER, message.digest());
    }

    /**
     * Writes down, once, that the bus gives a message up. The entry says which topic and why, and has a digest of the id; what the message
     * says, and what was wrong with it, is kept by the bus alone.
     *
     * @throws io.privatefm.spi.PfmException if it cannot be written now
     */
    public void givenUp(DeadLetter letter) {
        String digest = IncomingMessage.digest(letter.messageId());
        ObjectNode details = JsonNodeFactory.instance.objectNode();
        details.put("topic", letter.topic())
                .put("reason", letter.reason().name())
                .put("message", digest);
        String once = IncomingMessage.digest(letter.topic() + "\n" + letter.messageId()); // a place is one of its topic
        boolean first = Transactions.idempotent(store, tx -> {
            boolean isFirst = tx.firstTime(DEAD, once);
            if (isFirst) {
                journal.auditGivenUp(tx, CONSUMER, "DEAD_LETTER", digest, details);
            }
            return isFirst;
        });
        if (first) {
            LOG.warn("a message on {} is given up, {}: {}", letter.topic(), letter.reason(), digest);
            listener.onEvent(new LifecycleEvent.MessageGivenUp(letter.topic(), letter.reason()));
        }
    }
}

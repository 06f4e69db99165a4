/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.seal.Keyring;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.store.DataKeyRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The namespaces' data keys. Safe for use by several threads at once. */
public final class Keys {
    private final OrchestratorStore store;
    private final Namespaces namespaces;
    private final @Nullable Keyring keyring;
    private final Journal journal;

    Keys(OrchestratorStore store, Namespaces namespaces, @Nullable Keyring keyring, Journal journal) {
        this.store = store;
        this.namespaces = namespaces;
        this.keyring = keyring;
        this.journal = journal;
    }

    /**
     * Gives a namespace a new data key: what is written from now on is encrypted under it, by other processes within minutes. What was
     * written before stays readable, and is replaced as new checkpoints and retention replace it.
     *
     * @return the new key's generation
     * @throws InvalidInputException with {@link ErrorCode#CONFIGURATION} without a key vault
     * @throws ConflictException if the namespace's key is being changed by another at the same time
     */
    public long rotate(LearnerId learner) {
        if (keyring == null) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "there are no keys without a key vault; pass one to the builder");
        }
        NsUid uid = namespaces.get(learner).nsUid();
        List<DataKeyRow> rows = store.inTransaction(tx -> tx.keys().of(uid));
        long generation = rows.size() + 1L;
        DataKeyRow key = keyring.draw(uid, generation, journal.now());
        Transactions.run(store, tx -> {
            NamespaceRow namespace = tx.find(learner)
                    .orElseThrow(() -> new ConflictException("the namespace of learner " + learner + " is gone"));
            tx.keys().put(key);
            return journal.change(tx, namespace)
                    .audit(
                            "KEY_ROTATED",
                            key.keyId(),
                            JsonNodeFactory.instance.objectNode().put("generation", generation))
                    .write();
        });
        keyring.forget(uid);
        return generation;
    }
}

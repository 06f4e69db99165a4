/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.guardian;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.NamespaceChange;
import io.privatefm.core.journal.NamespaceRows;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.core.lease.NamespaceLease;
import io.privatefm.core.seal.Keyring;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.keys.DestructionReceipt;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Deletes a namespace in four steps, each of which may be done again: mark it ({@code DELETING}) and take its lease away, so that
 * nothing is published any more; destroy its key; destroy its blobs; remove its rows. Once it is marked there is no way back.
 */
public final class NamespaceDeletion {
    private final OrchestratorStore store;
    private final BlobStore blobs;
    private final KeyVault vault;
    private final Keyring keyring;
    private final LeaseKeeper keeper;
    private final Journal journal;

    public NamespaceDeletion(
            OrchestratorStore store,
            BlobStore blobs,
            KeyVault vault,
            Keyring keyring,
            LeaseKeeper keeper,
            Journal journal) {
        this.store = store;
        this.blobs = blobs;
        this.vault = vault;
        this.keyring = keyring;
        this.keeper = keeper;
        this.journal = journal;
    }

    /**
     * Marks a namespace.
     *
     * @param namespace as it is now
     * @param actor who wants that
     */
    void mark(StoreTx tx, NamespaceRow namespace, String actor, String action, ObjectNode details) {
        NamespaceRows.replace(tx, namespace, namespace.withState(NamespaceState.DELETING));
        NamespaceLease.seize(tx, namespace.nsUid(), keeper);
        journal.auditInClear(
                tx, namespace.nsUid(), actor, action, namespace.nsUid().value(), details);
    }

    /**
     * Goes on with a namespace that was marked, to its end. Safe to be called by several at once.
     *
     * @throws io.privatefm.spi.PfmException if a step fails; call again
     */
    void finish(LearnerId learner, NsUid namespace) {
        DestructionReceipt destroyed = destroy(namespace);
        Transactions.idempotent(store, tx -> {
            tx.find(learner)
                    .filter(row -> row.nsUid().equals(namespace) && row.state() == NamespaceState.DELETING)
                    .ifPresent(row -> erase(tx, row, destroyed));
            return true;
        });
    }

    private void erase(StoreTx tx, NamespaceRow row, DestructionReceipt destroyed) {
        NamespaceRow tombstone = journal.numbered(Tombstone.of(row));
        NamespaceRows.requireFirst(tx.erase(row, tombstone), row);
        journal.messageDeleted(tx, tombstone);
        ObjectNode details = JsonNodeFactory.instance.objectNode();
        details.put("key_id", destroyed.keyId())
                .put("destroyed_at", destroyed.destroyedAt().toString());
        journal.auditInClear(
                tx,
                row.nsUid(),
                NamespaceChange.ENGINE,
                Journal.NAMESPACE_DELETED,
                row.nsUid().value(),
                details);
    }

    /** Destroys the key and all blobs; again too, as after a vault was restored, or when a worker was late. */
    DestructionReceipt destroy(NsUid namespace) {
        DestructionReceipt destroyed = vault.destroy(namespace);
        keyring.forget(namespace);
        blobs.destroy(namespace);
        return destroyed;
    }

    /** The namespaces whose keys were destroyed, as the vault knows. */
    Set<NsUid> destroyed() {
        return vault.destroyed().stream().map(DestructionReceipt::namespace).collect(Collectors.toSet());
    }
}

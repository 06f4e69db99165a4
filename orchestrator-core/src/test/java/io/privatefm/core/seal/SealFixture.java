/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import io.privatefm.core.FaultyBlobs;
import io.privatefm.core.InMemory;
import io.privatefm.core.memory.InMemoryStore;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.store.DataKeyRow;
import io.privatefm.spi.store.NamespaceRow;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;

/** Fixture: two namespaces with a data key each, sealed blobs and rows over a store, blobs and vault in memory. */
final class SealFixture {
    static final NsUid ADA = new NsUid("0123456789abcdef0123456789abcdef");
    static final NsUid BEN = new NsUid("fedcba9876543210fedcba9876543210");

    final InMemoryStore store = new InMemoryStore(InstantSource.system());
    final FaultyBlobs blobs = new FaultyBlobs(InstantSource.system());
    final KeyVault vault;
    final Random random;
    final Keyring keyring;
    final SealedBlobs sealed;
    final RowSeal rows;

    SealFixture(long seed) {
        this(seed, InMemory.vault());
    }

    SealFixture(long seed, KeyVault vault) {
        this.vault = vault;
        random = new Random(seed);
        keyring = new Keyring(store, vault, random);
        sealed = new SealedBlobs(blobs, keyring, random);
        rows = new RowSeal(keyring, random);
        insert("ada", ADA);
        insert("ben", BEN);
    }

    private void insert(String learner, NsUid namespace) {
        NamespaceRow row =
                NamespaceRow.first(LearnerId.of(learner), namespace, List.of(Subject.of("math")), "r1", "{}");
        DataKeyRow key = draw(namespace, 1);
        store.inTransaction(tx -> {
            tx.insert(row);
            tx.keys().put(key);
            return true;
        });
    }

    DataKeyRow draw(NsUid namespace, long generation) {
        return keyring.draw(namespace, generation, Instant.EPOCH);
    }

    /** Another process over the same store, blobs and vault. */
    SealedBlobs another(KeyVault otherVault) {
        return new SealedBlobs(blobs, new Keyring(store, otherVault, random), random);
    }

    static SealContext variant(NsUid namespace, long version, String name) {
        return new SealContext(namespace, SealContext.Role.VARIANT, version, name);
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.WrongKeyException;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.store.DataKeyRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The namespaces' data keys: wrapped by the vault in the store, unwrapped here and remembered for a while. Safe for use by several
 * threads at once.
 */
public final class Keyring {
    private static final int MOST_REMEMBERED = 10_000;
    private static final Duration REMEMBERED = Duration.ofMinutes(5);

    private final OrchestratorStore store;
    private final KeyVault vault;
    private final RandomGenerator random;
    private final Cache<NsUid, NamespaceKeys> remembered = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(REMEMBERED)
            .build();

    /**
     * A keyring.
     *
     * @param random what keys are drawn from
     */
    public Keyring(OrchestratorStore store, KeyVault vault, RandomGenerator random) {
        this.store = store;
        this.vault = vault;
        this.random = random;
    }

    /**
     * Draws a data key and has it wrapped; it is the namespace's when its row is in the store.
     *
     * @throws io.privatefm.spi.KeyDestroyedException if the namespace's key in the vault was destroyed
     */
    public DataKeyRow draw(NsUid namespace, long generation, Instant at) {
        byte[] secret = new byte[DataKey.BYTES];
        random.nextBytes(secret);
        try {
            String wrapped = Base64.getEncoder().encodeToString(vault.wrap(namespace, secret));
            return new DataKeyRow(namespace, generation, DataKey.idOf(secret), wrapped, at);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** Forgets a namespace's keys, so that they are read again. */
    public void forget(NsUid namespace) {
        remembered.invalidate(namespace);
    }

    /** A namespace's keys; not to be called inside a transaction. */
    NamespaceKeys of(NsUid namespace) {
        NamespaceKeys known = remembered.getIfPresent(namespace);
        return known != null
                ? known
                : load(namespace, store.inTransaction(tx -> tx.keys().of(namespace)));
    }

    /** A namespace's keys, inside a transaction. */
    NamespaceKeys in(StoreTx tx, NsUid namespace) {
        NamespaceKeys known = remembered.getIfPresent(namespace);
        return known != null ? known : load(namespace, tx.keys().of(namespace));
    }

    /** The key that something was encrypted with, read again if it is not known: another process may have made it. */
    Optional<DataKey> find(NsUid namespace, String id) {
        Optional<DataKey> known = of(namespace).find(id);
        if (known.isPresent()) {
            return known;
        }
        forget(namespace);
        return of(namespace).find(id);
    }

    private NamespaceKeys load(NsUid namespace, List<DataKeyRow> rows) {
        if (rows.isEmpty()) {
            throw new WrongKeyException("namespace " + namespace
                    + " has no data key: it was made without a vault, or its keys were removed");
        }
        List<DataKey> keys = new ArrayList<>();
        for (DataKeyRow row : rows) {
            keys.add(unwrap(namespace, row));
        }
        NamespaceKeys loaded = new NamespaceKeys(keys);
        remembered.put(namespace, loaded);
        return loaded;
    }

    private DataKey unwrap(NsUid namespace, DataKeyRow row) {
        byte[] wrapped;
        try {
            wrapped = Base64.getDecoder().decode(row.wrapped());
        } catch (IllegalArgumentException e) {
            throw new WrongKeyException(
                    "data key " + row.keyId() + " of namespace " + namespace + " is no wrapped key", e);
        }
        byte[] secret = vault.unwrap(namespace, wrapped);
        try {
            if (secret.length != DataKey.BYTES) {
                throw new WrongKeyException("data key " + row.keyId() + " of namespace " + namespace + " has "
                        + secret.length + " bytes instead of " + DataKey.BYTES);
            }
            if (!DataKey.idOf(secret).equals(row.keyId())) {
                throw new WrongKeyException("data key " + row.keyId() + " of namespace " + namespace
                        + " is another key than its row says: the rows of two keys were mixed up");
            }
            return new DataKey(row.generation(), row.keyId(), secret);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }
}

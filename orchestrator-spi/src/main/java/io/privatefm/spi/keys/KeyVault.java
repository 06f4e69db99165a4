/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.keys;

import io.privatefm.spi.NsUid;
import java.util.List;

/**
 * Wraps data keys under one key for each namespace, which never leaves the vault and is kept outside the database. Destroying
 * that key is how a namespace is shredded. Core calls it inside transactions at times: a vault answers within seconds or says
 * that it is not available. Safe for use by several threads at once.
 */
public interface KeyVault {
    /**
     * Encrypts a data key under the namespace's key, which is made at the first call for a namespace.
     *
     * @param dataKey 32 bytes; not kept
     * @return what {@link #unwrap} takes; binds the namespace
     * @throws IllegalArgumentException if {@code dataKey} is shorter or longer
     * @throws io.privatefm.spi.KeyDestroyedException if the namespace's key was destroyed; it is never made again
     * @throws io.privatefm.spi.UnavailableException if the vault does not answer
     */
    byte[] wrap(NsUid namespace, byte[] dataKey);

    /**
     * Decrypts a data key.
     *
     * @return the data key, a new array that the caller overwrites after use
     * @throws io.privatefm.spi.KeyDestroyedException if the namespace's key was destroyed
     * @throws io.privatefm.spi.WrongKeyException if {@code wrapped} is not what {@link #wrap} gave for this namespace, or the vault's
     *     own key is not the one that it was set up with
     * @throws io.privatefm.spi.UnavailableException if the vault does not answer; says nothing about the data
     */
    byte[] unwrap(NsUid namespace, byte[] wrapped);

    /**
     * Destroys the namespace's key for good. When this returns, no later call can unwrap. Idempotent: a key that is destroyed
     * already gives the receipt of then. A namespace that has no key will never get one.
     *
     * @throws io.privatefm.spi.UnavailableException if it is not destroyed
     * @throws io.privatefm.spi.OutcomeUnknownException if it may be; call again
     */
    DestructionReceipt destroy(NsUid namespace);

    /**
     * All keys that were destroyed, in no order: by them a restored backup is shredded again before it serves.
     *
     * @throws io.privatefm.spi.UnavailableException if not all of them can be told
     */
    List<DestructionReceipt> destroyed();
}

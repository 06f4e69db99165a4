/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.keys;

import io.privatefm.spi.NsUid;
import java.time.Instant;

/**
 * A vault's word that a key is gone.
 *
 * @param keyId how the vault called the key; not secret
 */
public record DestructionReceipt(NsUid namespace, String keyId, Instant destroyedAt) {}

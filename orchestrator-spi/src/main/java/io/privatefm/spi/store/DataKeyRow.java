/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.NsUid;
import java.time.Instant;

/**
 * One data key of a namespace, as the vault wrapped it. Never changed after it was written, but for its wrapping.
 *
 * @param generation 1, 2, 3 … without gaps in a namespace; the newest encrypts, all decrypt
 * @param keyId names the key in what it encrypts, 32 lower-case hex digits, unique
 * @param wrapped what the vault unwraps, base64; opaque to the store
 */
public record DataKeyRow(NsUid nsUid, long generation, String keyId, String wrapped, Instant createdAt) {}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import java.time.Instant;

/**
 * A right to do something alone, for a while.
 *
 * @param name what it is the right to
 * @param holder who has it, for people
 * @param fence the fencing token: higher than that of every earlier lease of this name, from 1
 * @param expiresAt by the store's clock; after it another may take the lease
 */
public record Lease(String name, String holder, long fence, Instant expiresAt) {}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import java.time.Duration;
import java.util.Optional;

/**
 * Leases with fencing tokens. An expired lease stays valid until another takes it: whoever is about to write under one asks
 * {@link #lock} in the same transaction. All times are of {@link StoreTx#now()}; no application's clock counts.
 */
public interface LeaseTable {
    /**
     * Takes a lease that nobody has, or whose time is over.
     *
     * @param name at most 200 characters
     * @param holder at most 200 characters
     * @param ttl how long it lasts without {@link #renew}, more than zero
     * @return the lease with the next fence; empty while another's has not expired
     */
    Optional<Lease> acquire(String name, String holder, Duration ttl);

    /**
     * Takes a lease away from whoever has it.
     *
     * @return the lease with the next fence
     */
    Lease seize(String name, String holder, Duration ttl);

    /**
     * Lets a lease last for {@code ttl} from now, expired or not.
     *
     * @return false if a newer fence was given out, or the lease was released; nothing has changed then
     */
    boolean renew(Lease lease, Duration ttl);

    /** Ends a lease, so that another can take it at once; nothing happens if a newer fence was given out. */
    void release(Lease lease);

    /**
     * Whether no newer fence was given out and the lease was not released; if so, no other transaction can acquire or release it
     * before this one ends.
     */
    boolean lock(Lease lease);
}

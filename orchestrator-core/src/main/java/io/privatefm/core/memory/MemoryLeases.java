/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.LeaseTable;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Leases of one transaction. A released lease stays as one that has no holder, so that fences go on rising. */
final class MemoryLeases implements LeaseTable {
    private static final String NOBODY = "";

    private final Map<String, Lease> leases;
    private final UndoLog undo;
    private final Instant now;

    MemoryLeases(Map<String, Lease> leases, UndoLog undo, Instant now) {
        this.leases = leases;
        this.undo = undo;
        this.now = now;
    }

    @Override
    public Optional<Lease> acquire(String name, String holder, Duration ttl) {
        Lease before = leases.get(name);
        if (before != null
                && !before.holder().equals(NOBODY)
                && before.expiresAt().isAfter(now)) {
            return Optional.empty();
        }
        return Optional.of(seize(name, holder, ttl));
    }

    @Override
    public Lease seize(String name, String holder, Duration ttl) {
        Lease before = leases.get(name);
        Lease lease = new Lease(name, holder, before == null ? 1 : before.fence() + 1, now.plus(ttl));
        undo.put(leases, name, lease);
        return lease;
    }

    @Override
    public boolean renew(Lease lease, Duration ttl) {
        if (!lock(lease)) {
            return false;
        }
        undo.put(leases, lease.name(), new Lease(lease.name(), lease.holder(), lease.fence(), now.plus(ttl)));
        return true;
    }

    @Override
    public void release(Lease lease) {
        if (lock(lease)) {
            undo.put(leases, lease.name(), new Lease(lease.name(), NOBODY, lease.fence(), now));
        }
    }

    @Override
    public boolean lock(Lease lease) {
        Lease current = leases.get(lease.name());
        return current != null
                && current.fence() == lease.fence()
                && !current.holder().equals(NOBODY);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.lease;

import io.privatefm.spi.PfmException;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.OrchestratorStore;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes leases and renews them, every third of their time, for as long as whoever works under them has not stopped. */
public final class LeaseKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    private final OrchestratorStore store;
    private final ScheduledExecutorService timer;
    private final String holder;
    private final Duration ttl;

    /**
     * A keeper.
     *
     * @param holder how this process calls itself
     * @param ttl how long a lease outlives the process that held it
     */
    public LeaseKeeper(OrchestratorStore store, ScheduledExecutorService timer, String holder, Duration ttl) {
        this.store = store;
        this.timer = timer;
        this.holder = holder;
        this.ttl = ttl;
    }

    /** How this process calls itself. */
    public String holder() {
        return holder;
    }

    /** How long a lease lasts without being renewed. */
    public Duration ttl() {
        return ttl;
    }

    /** Renews a lease from now on. */
    public Kept keep(Lease lease) {
        return new Kept(lease);
    }

    /** A lease that is being renewed. */
    public final class Kept implements AutoCloseable {
        private final Lease lease;
        private final ScheduledFuture<?> renewal;
        private volatile boolean lost;

        private Kept(Lease lease) {
            this.lease = lease;
            long period = Math.max(1, ttl.toMillis() / 3);
            renewal = timer.scheduleWithFixedDelay(this::renew, period, period, TimeUnit.MILLISECONDS);
        }

        /** The lease. */
        public Lease lease() {
            return lease;
        }

        /** Whether another has it now; whoever works under it stops then. */
        public boolean lost() {
            return lost;
        }

        private void renew() {
            try {
                if (!store.inTransaction(tx -> tx.leases().renew(lease, ttl))) {
                    lost = true;
                    LOG.info("lease {} with fence {} is gone: given back, or another's", lease.name(), lease.fence());
                    close();
                }
            } catch (PfmException e) {
                LOG.warn("lease {} could not be renewed; it is tried again", lease.name(), e);
            } catch (RuntimeException e) {
                LOG.error("renewing lease {} failed", lease.name(), e);
            }
        }

        /** Stops renewing; gives nothing back. Idempotent. */
        @Override
        public void close() {
            renewal.cancel(false);
        }
    }
}

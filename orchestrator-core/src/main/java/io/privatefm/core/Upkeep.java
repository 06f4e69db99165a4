/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.journal.AuditSequencer;
import io.privatefm.core.journal.OutboxRelay;
import io.privatefm.core.night.OrphanCollector;
import io.privatefm.core.night.Retention;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.checkpoint.RetentionReport;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has to be done now and then. {@link Orchestrator#start()} does the first two by itself; a host may also call them, as
 * before it ends. Safe for use by several threads at once, and by several processes.
 */
public final class Upkeep {
    private static final int PAGE = 500;

    private final OrchestratorStore store;
    private final @Nullable OutboxRelay relay;
    private final @Nullable AuditSequencer sequencer;
    private final OrphanCollector collector;
    private final Retention retention;

    Upkeep(
            OrchestratorStore store,
            @Nullable OutboxRelay relay,
            @Nullable AuditSequencer sequencer,
            OrphanCollector collector,
            Retention retention) {
        this.store = store;
        this.relay = relay;
        this.sequencer = sequencer;
        this.collector = collector;
        this.retention = retention;
    }

    /**
     * Publishes the messages that wait in the outbox, in order for each namespace.
     *
     * @return how many the bus took; 0 without a bus
     * @throws PfmException if the store fails
     */
    public long relayMessages() {
        return relay == null ? 0 : relay.run();
    }

    /**
     * Gives audit entries their places in the log's tree, signs and anchors its head.
     *
     * @return how many entries; 0 without a signing key
     * @throws PfmException if the store fails
     */
    public long sequenceAudit() {
        return sequencer == null ? 0 : sequencer.run();
    }

    /**
     * Removes the checkpoints that are over their time, by the policy of {@link OrchestratorBuilder#retention} and the store's clock.
     * The newest stays, whatever its age, and so does an older one that recovery can fall back to: both are read first, every stored
     * byte, and if they are not what they were nothing is removed. A namespace under legal hold keeps everything. What the removed
     * ones alone referred to is left to {@link #collectOrphans()}. One namespace's failure is in the report and does not touch the
     * others.
     *
     * @throws PfmException if the store cannot list the namespaces
     */
    public RetentionReport applyRetention() {
        return retention.run();
    }

    /**
     * Puts blobs into the trash that nothing refers to and nothing has for more than 24 hours, and destroys what has been there as
     * long. What an earlier sweep did not see is not touched, so it takes two sweeps to collect anything. Namespaces under legal hold are passed over.
     *
     * @return how many blobs were put into the trash
     * @throws PfmException if anything cannot be listed or read; the sweep ends there
     */
    public int collectOrphans() {
        return collectOrphans(OrphanCollector.GRACE);
    }

    int collectOrphans(Duration grace) {
        int collected = 0;
        for (List<NamespaceRow> page = page(null);
                !page.isEmpty();
                page = page(page.get(page.size() - 1).learner())) {
            for (NamespaceRow namespace : page) {
                if (namespace.state() == NamespaceState.ACTIVE && !namespace.legalHold()) {
                    collected += collector.sweep(namespace.nsUid(), grace);
                }
            }
        }
        return collected;
    }

    private List<NamespaceRow> page(@Nullable LearnerId after) {
        return store.inTransaction(tx -> tx.namespaces(after, PAGE));
    }
}

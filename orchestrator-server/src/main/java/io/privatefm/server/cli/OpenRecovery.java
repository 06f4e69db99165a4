/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.core.Recovery;
import io.privatefm.server.config.RecoveryRules;
import io.privatefm.server.home.HomeAudit;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.RecoveryPolicy;
import io.privatefm.spi.recovery.RestorePoint;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An orchestrator over a data directory, for a command that brings things back. Messages about that wait in the outbox for a process that
 * has the bus: this one's is never published to. Audit entries get their places before it closes, if the directory has the log's key.
 */
final class OpenRecovery implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenRecovery.class);

    private final RecoveryPolicy rules;
    private final HomeDatabase database;
    private final EventBus silent;
    private final Orchestrator pfm;

    private OpenRecovery(RecoveryPolicy rules, HomeDatabase database, EventBus silent, Orchestrator pfm) {
        this.rules = rules;
        this.database = database;
        this.silent = silent;
        this.pfm = pfm;
    }

    /** Opens a data directory, by the rules of the environment. */
    static OpenRecovery of(Home home, Optional<BlobStore> mirror) throws IOException {
        RecoveryPolicy rules = RecoveryRules.of(System.getenv());
        Optional<HomeAudit> audit = home.audit();
        HomeDatabase database = home.openDatabase();
        EventBus silent = InMemory.bus();
        try {
            OrchestratorBuilder builder = Orchestrator.builder(database.store(), home.blobs(), home.foundation())
                    .keyVault(home.vault())
                    .eventBus(silent)
                    .recovery(rules);
            audit.ifPresent(log -> builder.audit(log.origin(), log.key(), home.anchors()));
            mirror.ifPresent(builder::mirror);
            return new OpenRecovery(rules, database, silent, builder.build());
        } catch (RuntimeException | Error e) {
            silent.close();
            database.close();
            throw e;
        }
    }

    Recovery recovery() {
        return pfm.recovery();
    }

    /** Falls back as often as the rules have it tried. */
    FallbackOutcome fallback(LearnerId learner, RestorePoint point) {
        FallbackOutcome outcome = recovery().fallback(learner, point);
        for (int failures = 1; failures < rules.retryLimit() && outcome instanceof FallbackOutcome.Failed; failures++) {
            outcome = recovery().fallback(learner, point);
        }
        return outcome;
    }

    @Override
    public void close() {
        try {
            long entries = pfm.upkeep().sequenceAudit();
            LOG.debug("{} audit entries have their places", entries);
        } finally {
            pfm.close();
            silent.close();
            database.close();
        }
    }
}

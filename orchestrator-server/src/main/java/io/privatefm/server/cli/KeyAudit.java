/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.server.access.StoredKey;
import io.privatefm.server.home.HomeAudit;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes into the audit log what was done to the service's stored keys, and who did it: the user that the command runs as. Entries get their
 * places at once, if the directory has the log's key.
 */
final class KeyAudit {
    private static final Logger LOG = LoggerFactory.getLogger(KeyAudit.class);

    private final Home home;
    private final HomeDatabase database;

    KeyAudit(Home home, HomeDatabase database) {
        this.home = home;
        this.database = database;
    }

    /**
     * Writes an entry.
     *
     * @param action such as {@code KEY_CREATED}
     * @param key names it by its public id
     */
    void record(String action, StoredKey key) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("key", key.id());
        details.put("scopes", String.join(",", OpenKeys.names(key)));
        key.expiresAt().ifPresent(end -> details.put("expires_at", end.toString()));
        key.replaces().ifPresent(old -> details.put("replaces", old));
        try (Orchestrator pfm = open()) {
            pfm.security().changed("cli:" + System.getProperty("user.name", "unknown"), action, details);
            long placed = pfm.upkeep().sequenceAudit();
            LOG.debug("{} audit entries have their places", placed);
        }
    }

    private Orchestrator open() {
        OrchestratorBuilder builder = Orchestrator.builder(database.store(), home.blobs(), new NoFoundation());
        try {
            Optional<HomeAudit> audit = home.audit();
            audit.ifPresent(log -> builder.audit(log.origin(), log.key(), home.anchors()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return builder.build();
    }

    /** Keys have nothing to do with foundations, which may be anywhere. */
    private static final class NoFoundation implements FoundationStore {
        @Override
        public List<FoundationRelease> releases() {
            return List.of();
        }

        @Override
        public ModelFiles open(FoundationRelease release) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "there is no release " + release.name());
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.AuditCheck;
import io.privatefm.core.AuditLogKey;
import io.privatefm.core.ModelCheck;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.journal.NamespaceHistory;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.h2.jdbcx.JdbcDataSource;

/**
 * What must hold of a {@link Workload}'s home after any fault: I1 every checkpoint can be read and is what its row says; I2 versions
 * without gaps; I3 what was acknowledged is there; I4 event log without gaps, and replayed it gives the rows; messages without
 * gaps; the audit log is intact; I6 the foundation is what it was.
 */
final class Invariants {
    private final Path home;
    private final Sha256 foundation;

    Invariants(Path home) {
        this.home = home;
        this.foundation = foundationHash();
    }

    /** Checks all of them. */
    void check(List<String> acknowledged) throws Exception {
        Workload workload = new Workload(home);
        JdbcStore store = JdbcStore.open(workload.dataSource(), SchemaMode.MIGRATE);
        try (Orchestrator pfm = workload.builder(store, workload.blobs()).build()) {
            for (LearnerId learner : Workload.learners()) {
                Optional<NamespaceRow> namespace = pfm.namespaces().find(learner);
                if (namespace.isPresent()) {
                    check(pfm, store, namespace.get());
                }
            }
            acknowledged.forEach(line -> checkAcknowledged(pfm, line));
            AuditVerdict audit = AuditCheck.verify(
                    store, new AuditLogKey(Workload.ORIGIN, workload.key().getPublic()), workload.anchors());
            assertThat(audit).isInstanceOf(AuditVerdict.Intact.class);
        } finally {
            shutDown(workload);
        }
        assertThat(foundationHash()).as("I6: the foundation").isEqualTo(foundation);
    }

    /** Checks that nothing waits any more. */
    void checkComplete(int nights) throws Exception {
        Workload workload = new Workload(home);
        JdbcStore store = JdbcStore.open(workload.dataSource(), SchemaMode.MIGRATE);
        try (Orchestrator pfm = workload.builder(store, workload.blobs()).build()) {
            List<String> delivered = Files.readAllLines(workload.delivered());
            for (LearnerId learner : Workload.learners()) {
                NamespaceRow namespace = pfm.namespaces().get(learner);
                List<Long> messages = delivered.stream()
                        .filter(id -> id.startsWith(namespace.nsUid().value()))
                        .map(id -> Long.parseLong(id.substring(id.lastIndexOf('-') + 1)))
                        .distinct()
                        .toList();
                assertThat(messages)
                        .as("messages, in order and without gap")
                        .isEqualTo(LongStream.rangeClosed(1, namespace.outboxHead())
                                .boxed()
                                .toList());
                assertThat(namespace.checkpointVersion()).isBetween(1L, (long) nights);
            }
            assertThat(store.<Long>inTransaction(tx -> tx.outbox().depth())).isZero();
        } finally {
            shutDown(workload);
        }
    }

    private static void check(Orchestrator pfm, OrchestratorStore store, NamespaceRow namespace) {
        LearnerId learner = namespace.learner();
        List<CheckpointRow> checkpoints = new ArrayList<>(pfm.checkpoints().list(learner, Integer.MAX_VALUE));
        assertThat(checkpoints.stream().map(CheckpointRow::version).sorted())
                .as("I2: versions of %s", learner)
                .isEqualTo(LongStream.rangeClosed(1, namespace.checkpointVersion())
                        .boxed()
                        .toList());
        for (CheckpointRow row : checkpoints.subList(0, Math.min(2, checkpoints.size()))) {
            assertThat(pfm.checkpoints().verify(learner, row.version()))
                    .as("I1: version %s of %s", row.version(), learner)
                    .isEqualTo(new Verification.Intact(row.checkpointHash()));
        }
        NamespaceHistory history = NamespaceHistory.EMPTY.after(pfm.namespaces().events(learner, 1, Integer.MAX_VALUE));
        assertThat(history.eventHead()).as("I4: events of %s", learner).isEqualTo(namespace.eventHead());
        assertThat(history.checkpoints().values().stream().map(NamespaceHistory.Published::checkpointHash))
                .as("I4: replayed checkpoints of %s", learner)
                .containsExactlyInAnyOrderElementsOf(
                        checkpoints.stream().map(CheckpointRow::checkpointHash).toList());
        List<AdapterRow> adapters = store.inTransaction(tx -> tx.adapters(namespace.nsUid()));
        assertThat(history.adapters().entrySet().stream()
                        .collect(Collectors.toMap(
                                entry -> entry.getKey(),
                                entry -> entry.getValue().digest())))
                .as("I4: replayed adapters of %s", learner)
                .isEqualTo(adapters.stream().collect(Collectors.toMap(AdapterRow::subject, AdapterRow::digest)));
    }

    private static void checkAcknowledged(Orchestrator pfm, String line) {
        String[] words = line.split(" ", -1);
        LearnerId learner = LearnerId.of(words[2]);
        Function<String, Object> found = switch (words[1]) {
            case "namespace" -> what -> pfm.namespaces().find(learner).isPresent();
            case "adapter" -> what -> pfm.adapters().current(learner).get(0).revision() >= Integer.parseInt(words[3]);
            default ->
                what -> pfm.checkpoints()
                        .get(learner, Long.parseLong(words[3]))
                        .checkpointHash()
                        .hex()
                        .equals(words[4]);
        };
        assertThat(found.apply(line)).as("I3: %s", line).isEqualTo(true);
    }

    private Sha256 foundationHash() {
        try (ModelFiles files = LocalModelFiles.open(home.resolve("foundation").resolve("r1"))) {
            return ModelCheck.contentHash(files, 1);
        }
    }

    /** Lets the file go, for the next process. */
    static void shutDown(Workload workload) throws Exception {
        if (workload.dataSource() instanceof JdbcDataSource h2) {
            try (var connection = h2.getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("shutdown");
            }
        }
    }
}

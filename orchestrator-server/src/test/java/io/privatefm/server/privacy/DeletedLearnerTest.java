/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.privacy;

import static io.privatefm.server.privacy.PrivateHome.ADA;
import static io.privatefm.server.privacy.PrivateHome.MATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.AuditLogKey;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.core.ReceiptCheck;
import io.privatefm.modelstore.AdapterDirectory;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FileKeyVault;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.modelstore.RootKey;
import io.privatefm.server.cli.PfmRun;
import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.ScrubRow;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import io.privatefm.testkit.SafetensorsContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A learner who was deleted")
class DeletedLearnerTest {
    private static final LearnerId DELETED = LearnerId.of("derived-learner-0003");
    private static final int FLIPS_BY_COMMAND = 60;

    @TempDir
    private Path dir;

    @Test
    @DisplayName(
            "is deleted in a copy of the data directory too: nothing opens, nothing is readable, a start shreds it again")
    void copyOfTheHome() throws Exception {
        Path home = dir.resolve("home");
        PfmRun.of("demo", "--learners", 3, "--without-recovery", "--home", home).assertDone();
        Canaries canaries = canaries(home);
        Path copy = dir.resolve("copy");
        copy(home, copy);
        assertThat(canaries.count()).isGreaterThan(100);

        PfmRun deletion = PfmRun.of("demo", "--learners", 3, "--home", home, "--delete-one")
                .assertDone();
        assertThat(deletion.out()).contains("deleted " + DELETED + ": key ");

        assertThat(canaries.inFiles(copy)).isEmpty();
        assertThat(canaries.inFiles(home, dir.resolve("home.keys"))).isEmpty();
        JdbcDataSource database = database(copy);
        try (Orchestrator pfm = over(copy, database).build()) {
            assertNothingOpens(pfm);
            assertOthersOpen(pfm);
            NsUid uid = pfm.namespaces().get(DELETED).nsUid();
            assertThat(Canaries.files(copy.resolve("blobs").resolve(uid.value())))
                    .isNotEmpty();

            pfm.start();

            assertThat(pfm.namespaces().find(DELETED)).isEmpty();
            assertThat(BlobDirectory.at(copy).list(uid)).isEmpty();
            assertThat(copy.resolve("blobs").resolve(uid.value())).doesNotExist();
            assertNoId(new Sql(database), DELETED);
            assertOthersOpen(pfm);
        } finally {
            new Sql(database).change("shutdown");
        }

        PfmRun next = PfmRun.of("demo", "--learners", 3, "--without-recovery", "--home", home)
                .assertDone();
        assertThat(next.out()).contains(DELETED + " was deleted", "verified 2 checkpoints: 0 damaged");
        JdbcDataSource live = database(home);
        try {
            assertNoId(new Sql(live), DELETED);
        } finally {
            new Sql(live).change("shutdown");
        }
    }

    private static void assertNothingOpens(Orchestrator pfm) throws IOException {
        Path target = Files.createTempDirectory("pfm-export-").resolve("model");
        assertThatThrownBy(() -> pfm.checkpoints().verify(DELETED, 1)).isInstanceOf(KeyDestroyedException.class);
        assertThatThrownBy(() -> pfm.checkpoints().export(DELETED, 1, "math", target))
                .isInstanceOf(KeyDestroyedException.class);
        assertThat(target).doesNotExist();
        Files.delete(target.getParent());
        assertThatThrownBy(() -> pfm.namespaces().events(DELETED, 1, 10)).isInstanceOf(KeyDestroyedException.class);
        assertThatThrownBy(() -> pfm.adapters().register(DELETED, MATH, DELETED + "/math"))
                .isInstanceOf(KeyDestroyedException.class);
    }

    private static void assertOthersOpen(Orchestrator pfm) {
        List<NamespaceRow> others = pfm.namespaces().page(null, 10).stream()
                .filter(row -> row.checkpointVersion() > 0 && !row.learner().equals(DELETED))
                .toList();
        assertThat(others).hasSize(2).allSatisfy(row -> {
            assertThat(pfm.checkpoints().verify(row.learner(), 1)).isInstanceOf(Verification.Intact.class);
            assertThat(pfm.namespaces().events(row.learner(), 1, 10)).hasSize(5);
        });
    }

    /** Tensors of the learner's adapters and of the models merged with them, as far as the foundation has not the same. */
    private Canaries canaries(Path home) throws IOException {
        Canaries canaries = new Canaries();
        for (String subject : List.of("math", "reading", "science")) {
            Path adapter =
                    dir.resolve("home.clear/adapters").resolve(DELETED.value()).resolve(subject);
            canaries.addTensors("factors", Files.readAllBytes(adapter.resolve("adapter_model.safetensors")));
            Path target = dir.resolve("export-" + subject);
            PfmRun.of("export", "--home", home, "--learner", DELETED, "--variant", subject, "--out", target)
                    .assertDone();
            canaries.addTensors("merged", SafetensorsContent.ofDirectory(target));
        }
        for (Path file : Canaries.files(home.resolve("foundation"))) {
            canaries.remove(Files.readAllBytes(file));
        }
        return canaries;
    }

    private OrchestratorBuilder over(Path copy, JdbcDataSource database) throws IOException {
        Path keys = dir.resolve("home.keys");
        RootKey root = RootKey.parse(Files.readString(keys.resolve("root.key")));
        return Orchestrator.builder(
                        JdbcStore.open(database, SchemaMode.MIGRATE),
                        BlobDirectory.at(copy),
                        FoundationDirectory.at(copy.resolve("foundation")))
                .adapterStore(AdapterDirectory.at(dir.resolve("home.clear/adapters")))
                .keyVault(FileKeyVault.open(keys.resolve("vault"), root))
                .guardianAuthority(request -> new Decision.Denied("nobody asks"));
    }

    private static JdbcDataSource database(Path home) {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:file:" + home.resolve("db").resolve("pfm")
                + ";WRITE_DELAY=0;REUSE_SPACE=FALSE;DB_CLOSE_DELAY=-1");
        return database;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> walk = Files.walk(from)) {
            for (Path source : walk.toList()) {
                Files.copy(source, to.resolve(from.relativize(source).toString()));
            }
        }
    }

    private static void assertNoId(Sql sql, LearnerId learner) throws Exception {
        assertThat(new String(sql.dump(), StandardCharsets.UTF_8)).doesNotContain(learner.value());
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("shows in no table any more, except as a hash, though the messages of then were called by the id")
    void noTable(Database kind) throws Exception {
        PrivateHome home = PrivateHome.create(dir.resolve("home"), kind);
        try (EventBus bus = InMemory.bus();
                Orchestrator pfm = home.guarded().eventBus(bus).build()) {
            pfm.start();
            bus.publish(new BusMessage(
                    "ready-" + ADA,
                    "PRIVATE_BRAIN_READY",
                    ADA.value(),
                    "{\"learner_id\":\"" + ADA + "\",\"subjects\":[\"math\",\"reading\"]}"));
            PrivateHome.checkpoints(pfm, ADA, 1, 2);
            NsUid uid = home.uid(ADA);
            home.store().inTransaction(tx -> {
                Optional<Verdict> rot = Optional.of(Verdict.BIT_ROT);
                tx.scrubs().put(new ScrubRow(uid, ScrubLevel.L1, tx.now(), rot, "{}", Optional.of(tx.now())));
                return "found";
            });
            assertThat(home.sql().texts("select ns_uid from pfm_scrub")).containsExactly(uid.value());
            assertThat(new String(home.sql().dump(), StandardCharsets.UTF_8)).contains(ADA.value());

            assertThat(pfm.guardian().delete(PrivateHome.deletionOf(ADA))).isInstanceOf(DeletionOutcome.Deleted.class);

            assertNoId(home.sql(), ADA);
            assertThat(home.sql().texts("select ns_uid from pfm_scrub")).isEmpty();
            assertThat(home.sql().texts("select learner from pfm_namespace"))
                    .singleElement()
                    .asString()
                    .matches("deleted-[0-9a-f]{64}");
        }
        home.letGo();
    }

    @Test
    @DisplayName(
            "has a receipt that pfm audit verify takes; with any byte flipped it does not, nor with a log without the deletion")
    void receipt() throws Exception {
        Path home = dir.resolve("home");
        PfmRun.of("demo", "--learners", 2, "--without-recovery", "--home", home, "--delete-one")
                .assertDone();
        Path file = Canaries.files(home.resolve("receipts")).get(0);
        byte[] receipt = Files.readAllBytes(file);
        assertThat(verify(home, file).exitCode()).isZero();

        AuditLogKey key =
                AuditLogKey.parse(Files.readString(home.resolve("audit").resolve("key.pub")));
        for (int bit = 0; bit < (receipt.length - 1) * Byte.SIZE; bit++) {
            byte[] altered = flipped(receipt, bit);
            assertThatThrownBy(
                            () -> ReceiptCheck.verify(new String(altered, StandardCharsets.UTF_8), key), "bit %s", bit)
                    .isInstanceOf(PfmException.class);
        }
        Random random = new Random(1);
        Path altered = dir.resolve("altered.json");
        for (int flip = 0; flip < FLIPS_BY_COMMAND; flip++) {
            Files.write(altered, flipped(receipt, random.nextInt((receipt.length - 1) * Byte.SIZE)));
            PfmRun run = verify(home, altered);
            assertThat(run.exitCode()).as(run.err()).isIn(1, 2);
        }

        JdbcDataSource database = database(home);
        Sql sql = new Sql(database);
        long index = Long.parseLong(sql.text("select tree_index from pfm_audit where action = 'NAMESPACE_DELETED'"));
        sql.change("delete from pfm_audit where tree_index >= ?", index);
        sql.change("delete from pfm_tree_head where size > ?", index);
        sql.change("shutdown");
        assertThat(verify(home, file).exitCode()).isEqualTo(1);
        for (Path anchor : Canaries.files(home.resolve("audit").resolve("anchors"))) {
            Files.delete(anchor);
        }
        assertThat(verify(home, file).exitCode())
                .as("without anchors, by the receipt alone")
                .isEqualTo(1);
    }

    private static PfmRun verify(Path home, Path receipt) {
        return PfmRun.of("audit", "verify", "--home", home, "--receipt", receipt);
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        return flipped;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.privacy;

import static io.privatefm.server.privacy.PrivateHome.ADA;
import static io.privatefm.server.privacy.PrivateHome.BEN;
import static io.privatefm.server.privacy.PrivateHome.MATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.WrongKeyException;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each test puts back what it changed, and sees that all is well again. */
@DisplayName("Two learners' blobs, rows and keys, swapped behind the library's back, are found out:")
class SwappedRowsTest {
    private static final String TOPIC = "ADAPTER_REGISTERED";
    private static final Map<Database, PrivateHome> HOMES = new EnumMap<>(Database.class);

    @TempDir
    private static Path homes;

    @BeforeAll
    static void twoLearners() throws Exception {
        for (Database kind : Database.values()) {
            PrivateHome home = PrivateHome.create(homes.resolve(kind.name()), kind);
            try (EventBus bus = InMemory.bus();
                    Orchestrator pfm = home.guarded().eventBus(bus).build()) {
                PrivateHome.checkpoints(pfm, ADA, 1, 2);
                PrivateHome.checkpoints(pfm, BEN, 3, 4);
                pfm.upkeep().sequenceAudit();
            }
            HOMES.put(kind, home);
            assertSound(home);
        }
    }

    private static PrivateHome home(Database kind) {
        return HOMES.get(kind);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("event payloads, between learners and between two events of one")
    void events(Database kind) throws Exception {
        PrivateHome home = home(kind);
        String ada = "ns_uid = '" + home.uid(ADA) + "' and seq = ";
        String ben = "ns_uid = '" + home.uid(BEN) + "' and seq = ";
        for (String other : List.of(ben + 2, ada + 5)) {
            swap(home, "pfm_event", "payload", ada + 2, other);
            assertCorrupt(Verdict.BIT_ROT, home, pfm -> pfm.namespaces().events(ADA, 1, 100));
            swap(home, "pfm_event", "payload", ada + 2, other);
        }
        swap(home, "pfm_event", "type", ada + 1, ada + 2);
        assertCorrupt(Verdict.BIT_ROT, home, pfm -> pfm.namespaces().events(ADA, 1, 1));
        swap(home, "pfm_event", "type", ada + 1, ada + 2);
        assertSound(home);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName(
            "messages in the outbox, between learners and between two of one; they do not go out until they are put right")
    void messages(Database kind) throws Exception {
        PrivateHome home = home(kind);
        String ada = "ns_uid = '" + home.uid(ADA) + "' and seq = ";
        String ben = "ns_uid = '" + home.uid(BEN) + "' and seq = ";
        int waiting = home.sql().texts("select event_id from pfm_outbox").size();
        assertThat(waiting).isEqualTo(6);

        swap(home, "pfm_outbox", "payload", ada + 1, ben + 1);
        assertThat(relayed(home))
                .as("what was swapped, and what waits behind it")
                .isEmpty();
        swap(home, "pfm_outbox", "payload", ada + 1, ben + 1);

        swap(home, "pfm_outbox", "payload", ada + 2, ada + 3);
        assertThat(relayed(home))
                .extracting(BusMessage::key)
                .containsOnly(home.uid(BEN).value(), home.uid(ADA).value());
        assertThat(home.sql()
                        .texts(
                                "select event_id from pfm_outbox where ns_uid = ?",
                                home.uid(ADA).value()))
                .hasSize(2);
        swap(home, "pfm_outbox", "payload", ada + 2, ada + 3);

        assertThat(relayed(home))
                .hasSize(2)
                .allSatisfy(message -> assertThat(message.payload()).contains(message.id()));
        assertThat(home.sql().texts("select event_id from pfm_outbox")).isEmpty();
        assertSound(home);
    }

    private static List<BusMessage> relayed(PrivateHome home) throws SQLException {
        home.sql().change("update pfm_outbox set claimed_until = null");
        List<BusMessage> messages = new ArrayList<>();
        try (EventBus bus = InMemory.bus();
                Orchestrator pfm = home.guarded().eventBus(bus).build()) {
            for (String topic : List.of("NAMESPACE_CREATED", "MERGE_COMPLETED", TOPIC)) {
                bus.subscribe(topic, "test", messages::add);
            }
            pfm.upkeep().relayMessages();
        }
        return messages;
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("details of audit entries, between learners and between two entries of one")
    void auditDetails(Database kind) throws Exception {
        PrivateHome home = home(kind);
        String ada = "chain = 'ns:" + home.uid(ADA) + "' and seq = ";
        String ben = "chain = 'ns:" + home.uid(BEN) + "' and seq = ";
        for (String other : List.of(ben + 1, ada + 2)) {
            swap(home, "pfm_audit", "details", ada + 1, other);
            assertThat(home.audit()).isInstanceOf(AuditVerdict.Tampered.class);
            swap(home, "pfm_audit", "details", ada + 1, other);
        }
        assertSound(home);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("the blobs that an adapter's row names, between learners and between subjects")
    void adapterRows(Database kind) throws Exception {
        PrivateHome home = home(kind);
        String ada = "ns_uid = '" + home.uid(ADA) + "' and revision = 2 and subject = ";
        String ben = "ns_uid = '" + home.uid(BEN) + "' and revision = 2 and subject = ";
        for (String column : List.of("config_blob", "weights_blob")) {
            swap(home, "pfm_adapter", column, ada + "'math'", ben + "'math'");
            assertRejected(home, "is missing");
            swap(home, "pfm_adapter", column, ada + "'math'", ben + "'math'");

            swap(home, "pfm_adapter", column, ada + "'math'", ada + "'reading'");
            assertRejected(home, "is not what it should be");
            swap(home, "pfm_adapter", column, ada + "'math'", ada + "'reading'");
        }
        assertSound(home);
    }

    /** A merge that reads both adapters, as after a change of policy, comes to nothing; the checkpoint stays. */
    private static void assertRejected(PrivateHome home, String reason) throws SQLException {
        String mine = " where ns_uid = '" + home.uid(ADA) + "'";
        String before = home.sql().text("select policy from pfm_namespace" + mine);
        home.sql()
                .change(
                        "update pfm_namespace set settled_head = null, settled_basis = null, policy = ?" + mine,
                        before.replace("DELTA", "FULL"));
        assertThat(home.sql().text("select policy from pfm_namespace" + mine)).isNotEqualTo(before);
        try (Orchestrator pfm = home.open()) {
            assertThat(pfm.merges().mergeNow(ADA))
                    .isInstanceOfSatisfying(
                            MergeOutcome.Rejected.class,
                            why -> assertThat(why.reason()).contains(reason));
        } finally {
            home.sql().change("update pfm_namespace set policy = ?" + mine, before);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("the manifest that a checkpoint's row names, between learners")
    void manifests(Database kind) throws Exception {
        PrivateHome home = home(kind);
        String ada = "ns_uid = '" + home.uid(ADA) + "' and version = 2";
        String ben = "ns_uid = '" + home.uid(BEN) + "' and version = 2";
        swap(home, "pfm_checkpoint", "manifest_blob", ada, ben);
        assertDamaged(Verdict.MISSING, home);
        swap(home, "pfm_checkpoint", "manifest_blob", ada, ben);
        assertSound(home);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("a checkpoint's row that names the manifest of an earlier version, with all that the earlier row said")
    void rolledBack(Database kind) throws Exception {
        PrivateHome home = home(kind);
        String first = "ns_uid = '" + home.uid(ADA) + "' and version = 1";
        String second = "ns_uid = '" + home.uid(ADA) + "' and version = 2";
        List<Swap> swaps = new ArrayList<>(List.of(new Swap("pfm_checkpoint", "manifest_blob")));
        for (String column : List.of("checkpoint_hash", "created_at")) {
            swaps.add(new Swap("pfm_checkpoint", column));
        }
        for (Swap swap : swaps) {
            swap(home, swap.table(), swap.column(), first, second);
            assertDamaged(Verdict.ROLLBACK, home);
        }
        for (Swap swap : swaps) {
            swap(home, swap.table(), swap.column(), first, second);
        }
        assertSound(home);
    }

    /** What is swapped of two rows. */
    private record Swap(String table, String column) {}

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("the blob that a variant's row names, between learners, variants and versions")
    void variants(Database kind) throws Exception {
        PrivateHome home = home(kind);
        String ada = "ns_uid = '" + home.uid(ADA) + "' and version = 2 and name = 'math'";
        String ben = "ns_uid = '" + home.uid(BEN) + "' and version = 2 and name = 'math'";
        String reading = "ns_uid = '" + home.uid(ADA) + "' and version = 2 and name = 'reading'";
        String first = "ns_uid = '" + home.uid(ADA) + "' and version = 1 and name = 'math'";
        for (String other : List.of(ben, reading, first)) {
            swap(home, "pfm_variant", "blob", ada, other);
            assertDamaged(Verdict.BIT_ROT, home); // the row and the manifest contradict each other
            swap(home, "pfm_variant", "blob", ada, other);
        }
        assertSound(home);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("blob files in the directory, between learners")
    void blobFiles(Database kind) throws Exception {
        PrivateHome home = home(kind);
        for (String query : List.of(
                "select manifest_blob from pfm_checkpoint where version = 2 and ns_uid = ?",
                "select blob from pfm_variant where version = 2 and name = 'math' and ns_uid = ?")) {
            Path ada = blob(home, ADA, home.sql().text(query, home.uid(ADA).value()));
            Path ben = blob(home, BEN, home.sql().text(query, home.uid(BEN).value()));
            swap(ada, ben);
            assertDamaged(Verdict.BIT_ROT, home);
            swap(ada, ben);
        }
        for (String column : List.of("config_blob", "weights_blob")) {
            String query =
                    "select " + column + " from pfm_adapter where revision = 2 and subject = 'math' and ns_uid = ?";
            Path ada = blob(home, ADA, home.sql().text(query, home.uid(ADA).value()));
            Path ben = blob(home, BEN, home.sql().text(query, home.uid(BEN).value()));
            swap(ada, ben);
            assertRejected(home, "is damaged");
            swap(ada, ben);
        }
        assertSound(home);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("another learner's blob under its right name, with a row that names it: as foreign, not as damage")
    void foreignBlob(Database kind) throws Exception {
        PrivateHome home = home(kind);
        String manifest = "select manifest_blob from pfm_checkpoint where version = 2 and ns_uid = ?";
        String ada = home.sql().text(manifest, home.uid(ADA).value());
        String ben = home.sql().text(manifest, home.uid(BEN).value());
        Path copy = copyOfBens(home, ben);
        String mine = " where version = 2 and ns_uid = '" + home.uid(ADA) + "'";
        home.sql().change("update pfm_checkpoint set manifest_blob = ?" + mine, ben);
        assertDamaged(Verdict.FOREIGN_BLOB, home);
        home.sql().change("update pfm_checkpoint set manifest_blob = ?" + mine, ada);
        Files.delete(copy);

        String weights = "select weights_blob from pfm_adapter where revision = 2 and subject = 'math' and ns_uid = ?";
        ada = home.sql().text(weights, home.uid(ADA).value());
        ben = home.sql().text(weights, home.uid(BEN).value());
        copy = copyOfBens(home, ben);
        mine = " where revision = 2 and subject = 'math' and ns_uid = '" + home.uid(ADA) + "'";
        home.sql().change("update pfm_adapter set weights_blob = ?" + mine, ben);
        assertRejected(home, "which is not its owner's");
        home.sql().change("update pfm_adapter set weights_blob = ?" + mine, ada);
        Files.delete(copy);
        assertSound(home);
    }

    private static Path copyOfBens(PrivateHome home, String name) throws IOException {
        Path copy = blob(home, ADA, name);
        Files.createDirectories(copy.getParent());
        return Files.copy(blob(home, BEN, name), copy);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("wrapped data keys, between learners, alone and with the whole row")
    void dataKeys(Database kind) throws Exception {
        PrivateHome home = home(kind);
        String ada = "ns_uid = '" + home.uid(ADA) + "' and generation = 1";
        String ben = "ns_uid = '" + home.uid(BEN) + "' and generation = 1";
        swap(home, "pfm_data_key", "wrapped", ada, ben);
        assertWrongKey(home);
        swap(home, "pfm_data_key", "key_id", ada, ben);
        assertWrongKey(home);
        swap(home, "pfm_data_key", "wrapped", ada, ben);
        assertWrongKey(home);
        swap(home, "pfm_data_key", "key_id", ada, ben);
        assertSound(home);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("two data keys of one learner")
    void twoGenerations(Database kind) throws Exception {
        PrivateHome home = PrivateHome.create(homes.resolve("generations-" + kind), kind);
        try (Orchestrator pfm = home.open()) {
            PrivateHome.checkpoints(pfm, ADA, 1);
            pfm.keys().rotate(ADA);
            PrivateHome.checkpoints(pfm, ADA, 2);
        }
        String first = "generation = 1";
        String second = "generation = 2";
        swap(home, "pfm_data_key", "wrapped", first, second);
        assertWrongKey(home);
        swap(home, "pfm_data_key", "wrapped", first, second);
        try (Orchestrator pfm = home.open()) {
            assertThat(pfm.checkpoints().verify(ADA, 2)).isInstanceOf(Verification.Intact.class);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("the vault's key files, between learners")
    void vaultKeys(Database kind) throws Exception {
        PrivateHome home = home(kind);
        Path ada = home.keys().resolve("keys").resolve(home.uid(ADA).value());
        Path ben = home.keys().resolve("keys").resolve(home.uid(BEN).value());
        swap(ada, ben);
        assertWrongKey(home);
        swap(ada, ben);
        assertSound(home);
    }

    /** A look at something of Ada's. */
    private interface Look {
        Object at(Orchestrator pfm) throws Exception;
    }

    private static void assertCorrupt(Verdict verdict, PrivateHome home, Look look) {
        assertThat(refusal(home, look))
                .isInstanceOfSatisfying(
                        CorruptDataException.class, e -> assertThat(e.verdict()).isEqualTo(verdict));
    }

    /** Verifying Ada's newest checkpoint says what is the matter, exporting it says the same. */
    private static void assertDamaged(Verdict verdict, PrivateHome home) {
        try (Orchestrator pfm = home.open()) {
            assertThat(pfm.checkpoints().verify(ADA, 2))
                    .isInstanceOfSatisfying(
                            Verification.Damaged.class,
                            damaged -> assertThat(damaged.damages())
                                    .extracting(Verification.Damage::verdict)
                                    .containsOnly(verdict));
        }
        assertCorrupt(verdict, home, SwappedRowsTest::export);
    }

    private static void assertWrongKey(PrivateHome home) {
        List<Look> looks = List.of(
                pfm -> pfm.checkpoints().verify(ADA, 2),
                SwappedRowsTest::export,
                pfm -> pfm.namespaces().events(ADA, 1, 100),
                pfm -> pfm.adapters().register(ADA, MATH, PrivateHome.adapter(9).files()));
        for (Look look : looks) {
            assertThat(refusal(home, look)).isInstanceOf(WrongKeyException.class);
        }
    }

    private static Object export(Orchestrator pfm) throws IOException {
        Path target = homes.resolve("export");
        try {
            return pfm.checkpoints().export(ADA, 2, MATH.value(), target);
        } finally {
            assertThat(target).as("an export that was refused").doesNotExist();
        }
    }

    private static Throwable refusal(PrivateHome home, Look look) {
        try (Orchestrator pfm = home.open()) {
            ThrowingCallable call = () -> look.at(pfm);
            Throwable refusal = catchThrowable(call);
            assertThat(refusal).as("what a look gave instead of an error").isInstanceOf(PfmException.class);
            return refusal;
        }
    }

    /** All is as it was made. */
    private static void assertSound(PrivateHome home) {
        try (Orchestrator pfm = home.open()) {
            for (LearnerId learner : List.of(ADA, BEN)) {
                for (CheckpointRow row : pfm.checkpoints().list(learner, 10)) {
                    assertThat(pfm.checkpoints().verify(learner, row.version()))
                            .isEqualTo(new Verification.Intact(row.checkpointHash()));
                }
                assertThat(pfm.checkpoints().list(learner, 10)).hasSize(2);
                assertThat(pfm.namespaces().events(learner, 1, 100))
                        .extracting(EventRow::payload)
                        .hasSize(7)
                        .allMatch(payload -> payload.startsWith("{"));
            }
            assertThat(pfm.adapters().current(ADA)).hasSize(2);
        }
        assertThat(home.audit()).isInstanceOf(AuditVerdict.Intact.class);
    }

    private static Path blob(PrivateHome home, LearnerId learner, String name) {
        NsUid uid = home.uid(learner);
        String hex = Sha256.parse(name).hex();
        return home.data()
                .resolve("blobs")
                .resolve(uid.value())
                .resolve(hex.substring(0, 2))
                .resolve(hex);
    }

    private static void swap(Path one, Path other) throws IOException {
        Path between = homes.resolve("between");
        Files.move(one, between);
        Files.move(other, one);
        Files.move(between, other, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void swap(PrivateHome home, String table, String column, String one, String other)
            throws SQLException {
        String select = "select cast(" + column + " as varchar(100000)) from " + table + " where ";
        String first = home.sql().text(select + one);
        String second = home.sql().text(select + other);
        assertThat(first).isNotEqualTo(second);
        set(home, table, column, one, column.endsWith("_id") ? "0".repeat(32) : second); // key ids are unique
        set(home, table, column, other, first);
        set(home, table, column, one, second);
    }

    private static void set(PrivateHome home, String table, String column, String where, String value)
            throws SQLException {
        String typed = column.endsWith("_at") ? "cast(? as timestamp(6) with time zone)" : "?";
        assertThat(home.sql().change("update " + table + " set " + column + " = " + typed + " where " + where, value))
                .as("rows %s", where)
                .isEqualTo(1);
    }
}

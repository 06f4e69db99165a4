/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.SteppedStore.Fate;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.audit.AnchorSink;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.guardian.DeletionReceipt;
import io.privatefm.spi.guardian.GuardianAuthority;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.PlanOutcome;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A guardian's deletion")
class GuardianTest {
    private static final GuardianAuthority YES = request -> new Decision.Granted("passport");
    private static final GuardianAuthority NO = request -> new Decision.Denied("not the guardian");
    private static final GuardianRequest REQUEST = new GuardianRequest(ADA, "mum", "secret");
    private static final LearnerId BEN = LearnerId.of("ben");
    private static final String ORIGIN = "private-fm/test";

    private final KeyVault vault = InMemory.vault();
    private final EngineFixture engine = new EngineFixture(vault);
    private final Anchors anchors = new Anchors();
    private final KeyPair auditKey = ed25519();

    @AfterEach
    void close() {
        engine.close();
    }

    private OrchestratorBuilder with(GuardianAuthority authority) {
        return engine.builder().guardianAuthority(authority).audit(ORIGIN, auditKey, anchors);
    }

    private NamespaceRow prepared(OrchestratorBuilder builder) {
        engine.restart(builder);
        engine.orchestrator().namespaces().provision(BEN, List.of(MATH));
        engine.orchestrator()
                .adapters()
                .register(BEN, MATH, AdapterFixture.tiny(9).files());
        engine.orchestrator().merges().mergeNow(BEN);
        engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        return engine.orchestrator().namespaces().get(ADA);
    }

    @Test
    @DisplayName(
            "destroys the key, every blob and every row, leaves a tombstone without the learner's id, and gives a receipt")
    void deletes() {
        NsUid uid = prepared(with(YES)).nsUid();
        byte[] copy = engine.blobs.bytes(uid, engine.blobs.list(uid).get(0).name());
        assertThat(copy).isNotEmpty();

        DeletionReceipt receipt = deleted(engine.orchestrator().guardian().delete(REQUEST));

        assertThat(receipt.namespace()).isEqualTo(uid);
        assertThat(vault.destroyed()).extracting(gone -> gone.namespace()).containsExactly(uid);
        assertThat(engine.blobs.list(uid)).isEmpty();
        assertThat(engine.orchestrator().namespaces().find(ADA)).isEmpty();
        NamespaceRow tombstone = tombstone();
        assertThat(tombstone.state()).isEqualTo(NamespaceState.DELETED);
        assertThat(tombstone.nsUid()).isEqualTo(uid);
        assertThat(tombstone.learner().value()).doesNotContain("\"" + ADA + "\"");
        engine.store.inTransaction(tx -> {
            assertThat(tx.events(uid, 1, 100)).isEmpty();
            assertThat(tx.adapters(uid)).isEmpty();
            assertThat(tx.checkpoints(uid, 100)).isEmpty();
            assertThat(tx.keys().of(uid)).isEmpty();
            return true;
        });
        assertThat(engine.events.events()).contains(new LifecycleEvent.NamespaceDeleted(uid));
        assertThat(actions(uid)).containsSubsequence("CHECKPOINT_PUBLISHED", "DELETION_REQUESTED", "NAMESPACE_DELETED");
    }

    @Test
    @DisplayName("leaves the other learners as they were")
    void others() {
        prepared(with(YES));
        CheckpointRow before = engine.orchestrator().checkpoints().latest(BEN).orElseThrow();

        engine.orchestrator().guardian().delete(REQUEST);

        assertThat(engine.orchestrator().checkpoints().latest(BEN)).contains(before);
        assertThat(engine.orchestrator().checkpoints().verify(BEN, 1))
                .isEqualTo(new Verification.Intact(before.checkpointHash()));
        assertThat(engine.orchestrator().namespaces().events(BEN, 1, 10)).hasSize(3);
    }

    @Test
    @DisplayName(
            "gives a receipt that is proven by the audit log's key alone; an altered one, or another log's, is not")
    void receipt() {
        prepared(with(YES));
        DeletionReceipt receipt = deleted(engine.orchestrator().guardian().delete(REQUEST));
        AuditLogKey key = new AuditLogKey(ORIGIN, auditKey.getPublic());

        assertThat(ReceiptCheck.verify(receipt.document(), key)).isEqualTo(receipt.namespace());
        assertThat(ReceiptCheck.verifyLog(receipt.document(), engine.store, key, anchors))
                .isInstanceOf(AuditVerdict.Intact.class);
        assertThat(receipt.document()).doesNotContain("\"" + ADA + "\"");

        String altered = receipt.document().replace(receipt.namespace().value(), "0".repeat(32));
        assertThatThrownBy(() -> ReceiptCheck.verify(altered, key)).isInstanceOf(CorruptDataException.class);
        String otherTime = receipt.document().replace("destroyed_at\":\"2", "destroyed_at\":\"3");
        assertThat(otherTime).isNotEqualTo(receipt.document());
        assertThatThrownBy(() -> ReceiptCheck.verify(otherTime, key)).isInstanceOf(CorruptDataException.class);
        AuditLogKey other = new AuditLogKey(ORIGIN, ed25519().getPublic());
        assertThatThrownBy(() -> ReceiptCheck.verify(receipt.document(), other))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("not signed by this log's key");
        assertThatThrownBy(() -> ReceiptCheck.verify("{}", key)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    @DisplayName("asked for again gives the receipt again, and deletes nothing more")
    void again() {
        prepared(with(YES));
        DeletionReceipt first = deleted(engine.orchestrator().guardian().delete(REQUEST));
        List<String> before = actions(first.namespace());

        DeletionReceipt second = deleted(engine.orchestrator().guardian().delete(REQUEST));

        assertThat(second.keyId()).isEqualTo(first.keyId());
        assertThat(second.destroyedAt()).isEqualTo(first.destroyedAt());
        assertThat(actions(first.namespace())).isEqualTo(before);
    }

    @Test
    @DisplayName("that is denied changes nothing, is audited, and is the same whether or not there is such a learner")
    void denied() {
        NsUid uid = prepared(with(NO)).nsUid();
        List<StoredBlob> blobs = engine.blobs.list(uid);
        NamespaceRow before = engine.orchestrator().namespaces().get(ADA);

        DeletionOutcome ofAda = engine.orchestrator().guardian().delete(REQUEST);
        DeletionOutcome ofNobody =
                engine.orchestrator().guardian().delete(new GuardianRequest(LearnerId.of("nobody"), "mum", "secret"));

        assertThat(ofAda).isEqualTo(new DeletionOutcome.Denied()).isEqualTo(ofNobody);
        assertThat(engine.orchestrator().namespaces().get(ADA)).isEqualTo(before);
        assertThat(engine.blobs.list(uid)).isEqualTo(blobs);
        List<AuditRow> denials = audit("guardian");
        assertThat(denials).hasSize(2).allSatisfy(row -> {
            assertThat(row.outcome()).isEqualTo("DENIED");
            assertThat(row.actor()).isEqualTo("guardian mum");
            assertThat(row.details()).contains("not the guardian").doesNotContain("ada", "nobody", "secret");
        });
        assertThat(engine.events.events()).contains(new LifecycleEvent.DeletionDenied());
    }

    @Test
    @DisplayName("is denied when the authority fails or does not answer")
    void authorityFails() {
        prepared(with(NO));
        for (RuntimeException failure : List.of(new UnavailableException("down"), new IllegalStateException("bug"))) {
            engine.restart(with(request -> {
                throw failure;
            }));
            assertThat(engine.orchestrator().guardian().delete(REQUEST)).isEqualTo(new DeletionOutcome.Denied());
        }
        assertThat(engine.orchestrator().namespaces().get(ADA).state()).isEqualTo(NamespaceState.ACTIVE);
    }

    @Test
    @DisplayName("is refused without a vault or without an authority")
    void notConfigured() {
        engine.restart(engine.builder());
        assertConfiguration(engine.orchestrator());
        try (EngineFixture plain = new EngineFixture()) {
            plain.restart(plain.builder().guardianAuthority(YES));
            plain.provision(MATH);
            assertConfiguration(plain.orchestrator());
            assertThat(plain.orchestrator().namespaces().find(ADA)).isPresent();
        }
    }

    private static void assertConfiguration(Orchestrator pfm) {
        assertThatThrownBy(() -> pfm.guardian().delete(REQUEST))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION));
    }

    @Test
    @DisplayName("under legal hold waits: nothing is deleted, and that is audited")
    void legalHold() {
        NamespaceRow row = prepared(with(YES));
        engine.store.inTransaction(
                tx -> tx.compareAndSet(row, row.withLegalHold(true).nextRevision()));

        assertThat(engine.orchestrator().guardian().delete(REQUEST)).isEqualTo(new DeletionOutcome.Held());
        assertThat(engine.orchestrator().namespaces().get(ADA).state()).isEqualTo(NamespaceState.ACTIVE);
        assertThat(vault.destroyed()).isEmpty();
        assertThat(actions(row.nsUid())).endsWith("DELETION_HELD");
    }

    @Test
    @DisplayName("of nobody, if granted, says that there is nobody")
    void nobody() {
        prepared(with(YES));
        assertThatThrownBy(() -> engine.orchestrator()
                        .guardian()
                        .delete(new GuardianRequest(LearnerId.of("nobody"), "mum", "secret")))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND));
    }

    @Test
    @DisplayName("is for good: neither a call nor an event, old or new, brings the learner back")
    void noResurrection() {
        EventBus bus = InMemory.bus();
        prepared(with(YES).eventBus(bus));
        engine.orchestrator().start();
        bus.publish(ready("before"));
        engine.orchestrator().guardian().delete(REQUEST);

        for (String id : List.of("before", "after")) {
            bus.publish(ready(id));
        }
        assertThat(engine.orchestrator().namespaces().find(ADA)).isEmpty();
        assertThatThrownBy(() -> engine.orchestrator().namespaces().provision(ADA, List.of(MATH)))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NAMESPACE_DELETED));
        assertThat(engine.orchestrator().merges().runNight().namespaces()).isEqualTo(1);
    }

    private static BusMessage ready(String id) {
        return new BusMessage(
                id,
                "PRIVATE_BRAIN_READY",
                ADA.value(),
                "{\"learner_id\":\"" + ADA.value() + "\",\"subjects\":[\"math\"]}");
    }

    @Test
    @DisplayName("sends one last message, in order, that names the namespace and not the learner; nothing after it")
    void lastMessage() {
        EventBus bus = InMemory.bus();
        List<BusMessage> messages = new ArrayList<>();
        for (String topic : List.of("NAMESPACE_CREATED", "MERGE_COMPLETED", "NAMESPACE_DELETED")) {
            bus.subscribe(topic, "test", messages::add);
        }
        NamespaceRow row = prepared(with(YES).eventBus(bus));
        engine.orchestrator().upkeep().relayMessages();
        engine.orchestrator().guardian().delete(REQUEST);
        engine.orchestrator().upkeep().relayMessages();

        BusMessage last = messages.get(messages.size() - 1);
        assertThat(last.topic()).isEqualTo("NAMESPACE_DELETED");
        assertThat(last.payload())
                .contains(row.nsUid().value(), "\"seq\":" + (row.outboxHead() + 1))
                .doesNotContain("\"" + ADA + "\"");
        assertThat(engine.store.<Long>inTransaction(tx -> tx.outbox().depth())).isZero();
    }

    @Test
    @DisplayName("while a merge runs: the merge publishes nothing, its blobs do not stay, and the learner is deleted")
    void racingMerge() {
        prepared(with(YES));
        engine.register(MATH, 77);
        MergePlan plan = ((PlanOutcome.Due) engine.orchestrator().merges().plan(ADA)).plan();
        NsUid uid = plan.namespace();
        List<DeletionOutcome> outcomes = new ArrayList<>();
        engine.blobs.onCommit(() -> {
            if (outcomes.isEmpty()) {
                outcomes.add(new DeletionOutcome.Denied()); // once
                outcomes.set(0, engine.orchestrator().guardian().delete(REQUEST));
            }
        });

        MergeOutcome merged = outcomeOf(() -> engine.orchestrator().merges().execute(ADA, plan));

        assertThat(merged).isNotInstanceOf(MergeOutcome.Merged.class);
        assertThat(outcomes).hasSize(1).first().isInstanceOf(DeletionOutcome.Deleted.class);
        assertThat(engine.orchestrator().namespaces().find(ADA)).isEmpty();
        assertThat(engine.store.<List<CheckpointRow>>inTransaction(tx -> tx.checkpoints(uid, 10)))
                .isEmpty();
        engine.orchestrator().guardian().resume();
        assertThat(engine.blobs.list(uid)).as("what a late worker left").isEmpty();
    }

    private static MergeOutcome outcomeOf(Supplier<MergeOutcome> merge) {
        try {
            return merge.get();
        } catch (PfmException e) {
            return new MergeOutcome.Rejected(String.valueOf(e.getMessage()));
        }
    }

    @Test
    @DisplayName("that breaks off at any transaction, done or not, is finished at the next start")
    void resumed() {
        for (Fate fate : List.of(Fate.LOST_BUT_DONE, Fate.LOST_AND_UNDONE, Fate.DOWN)) {
            for (int step = 1; ; step++) {
                try (EngineFixture parts = new EngineFixture(InMemory.vault())) {
                    SteppedStore stepped = new SteppedStore(parts.store);
                    Orchestrator pfm = parts.restart(Orchestrator.builder(stepped, parts.blobs, parts.foundation)
                            .executor(Runnable::run, 1)
                            .keyVault(parts.vault())
                            .guardianAuthority(YES));
                    parts.checkpoint(MergePolicy.DEFAULT, MATH);
                    NsUid uid = pfm.namespaces().get(ADA).nsUid();
                    int failing = step;
                    stepped.restart();
                    stepped.fates(number -> number == failing ? fate : Fate.USUAL);
                    boolean failed = false;
                    try {
                        pfm.guardian().delete(REQUEST);
                    } catch (PfmException e) {
                        failed = true;
                    }
                    boolean reached = stepped.count() >= step;
                    stepped.fates(number -> Fate.USUAL);
                    boolean granted = parts.store
                            .inTransaction(tx -> tx.find(ADA))
                            .map(row -> row.state() == NamespaceState.DELETING)
                            .orElse(true);
                    pfm.start();
                    if (granted) {
                        assertThat(pfm.namespaces().find(ADA))
                                .as("%s at %s", fate, step)
                                .isEmpty();
                        assertThat(parts.blobs.list(uid)).isEmpty();
                        assertThatThrownBy(() -> parts.vault().wrap(uid, new byte[32]))
                                .isInstanceOf(KeyDestroyedException.class);
                        assertThat(pfm.guardian().delete(REQUEST)).isInstanceOf(DeletionOutcome.Deleted.class);
                    } else {
                        assertThat(failed).isTrue();
                    }
                    if (!reached) {
                        break;
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("is done again when a restored store has the learner, and when a restored vault has the key")
    void restored() {
        NamespaceRow row = prepared(with(YES));
        NsUid uid = row.nsUid();
        engine.orchestrator().guardian().delete(REQUEST);
        NamespaceRow tombstone = tombstone();
        engine.store.inTransaction(tx -> {
            // the row of the backup, in place of the tombstone
            return tx.erase(
                    tombstone,
                    new NamespaceRow(
                            row.learner(),
                            uid,
                            row.subjects(),
                            NamespaceState.ACTIVE,
                            row.foundationRelease(),
                            row.policy(),
                            false,
                            0,
                            0,
                            row.outboxHead(),
                            row.settled(),
                            tombstone.revision() + 1));
        });
        engine.restart(with(YES));
        assertThat(engine.orchestrator().namespaces().find(ADA)).isPresent();

        engine.orchestrator().start();

        assertThat(engine.orchestrator().namespaces().find(ADA)).isEmpty();
        assertThat(tombstone().state()).isEqualTo(NamespaceState.DELETED);
        assertThat(actions(uid)).contains("DELETION_REPEATED");

        KeyVault restoredVault = InMemory.vault(); // from before: it knows of no deletion
        restoredVault.wrap(uid, new byte[32]);
        try (Orchestrator other = Orchestrator.builder(engine.store, engine.blobs, engine.foundation)
                .keyVault(restoredVault)
                .guardianAuthority(YES)
                .build()) {
            other.start();
        }
        assertThat(restoredVault.destroyed())
                .extracting(gone -> gone.namespace())
                .containsExactly(uid);
    }

    @Test
    @DisplayName("goes on when the vault or the blob store was not available, and says so until then")
    void unavailableParts() {
        prepared(with(YES));
        engine.blobs.onDestroy(() -> {
            throw new UnavailableException("disk");
        });
        assertThatThrownBy(() -> engine.orchestrator().guardian().delete(REQUEST))
                .isInstanceOf(UnavailableException.class);
        assertThat(engine.orchestrator().namespaces().get(ADA).state()).isEqualTo(NamespaceState.DELETING);
        assertThatThrownBy(() -> engine.orchestrator().start()).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> engine.register(MATH, 5)).isInstanceOf(PfmException.class);

        engine.blobs.onDestroy(() -> {});
        engine.restart(engine.builder());
        assertThat(engine.orchestrator().guardian().resume())
                .as("what was granted needs no authority")
                .isEqualTo(1);
        assertThat(engine.orchestrator().namespaces().find(ADA)).isEmpty();
    }

    private NamespaceRow tombstone() {
        return engine.orchestrator().namespaces().page(null, 10).stream()
                .filter(row -> !row.learner().equals(BEN))
                .findFirst()
                .orElseThrow();
    }

    private List<String> actions(NsUid uid) {
        return audit("ns:" + uid).stream().map(AuditRow::action).toList();
    }

    private List<AuditRow> audit(String chain) {
        return engine.store.inTransaction(tx -> {
            List<AuditRow> rows = new ArrayList<>();
            tx.audit().sequenced(0, 1_000).forEach(row -> rows.add(row.row()));
            rows.addAll(tx.audit().unsequenced(1_000));
            return rows.stream().filter(row -> row.chain().equals(chain)).toList();
        });
    }

    private static DeletionReceipt deleted(DeletionOutcome outcome) {
        return ((DeletionOutcome.Deleted) outcome).receipt();
    }

    private static KeyPair ed25519() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Anchors in memory. */
    private static final class Anchors implements AnchorSink {
        private final Map<Long, String> notes = new TreeMap<>();

        @Override
        public void anchor(long size, String note) {
            notes.put(size, note);
        }

        @Override
        public List<String> anchored() {
            return List.copyOf(notes.values());
        }
    }
}

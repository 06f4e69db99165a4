/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.AdapterFixture;
import io.privatefm.core.EngineFixture;
import io.privatefm.core.ManualTime;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.SteppedStore;
import io.privatefm.core.SteppedStore.Fate;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.checkpoint.RetentionOutcome;
import io.privatefm.spi.checkpoint.RetentionOutcome.Reason;
import io.privatefm.spi.checkpoint.RetentionOutcome.Removed;
import io.privatefm.spi.checkpoint.RetentionOutcome.Skipped;
import io.privatefm.spi.checkpoint.RetentionPolicy;
import io.privatefm.spi.checkpoint.RetentionReport;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.VariantRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Retention")
class RetentionTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration AGE = Duration.ofDays(10);
    private static final RetentionPolicy POLICY = new RetentionPolicy(AGE, 2);
    private static final int VERSIONS = 6;
    private static final LearnerId BOB = LearnerId.of("bob");

    private final EngineFixture engine = new EngineFixture();
    private final ManualTime time = new ManualTime();
    private final SteppedStore store = new SteppedStore(engine.store);
    private final KeptCheckpoints kept = new KeptCheckpoints(engine, ADA);
    private Orchestrator pfm = orchestrator(POLICY);
    private NsUid ada;

    /** Six versions, a day after each other, of which the first is six days old; reading is merged once and taken over. */
    @BeforeEach
    void merge() {
        engine.restart(engine.builder().clock(time));
        ada = engine.provision(MATH, READING).nsUid();
        engine.register(READING, 50);
        for (int version = 1; version <= VERSIONS; version++) {
            engine.register(MATH, version);
            assertThat(engine.merge().version()).isEqualTo(version);
            pass(DAY);
        }
    }

    @AfterEach
    void close() {
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        pfm.close();
        engine.close();
    }

    @Test
    @DisplayName("removes what is older than its time, oldest first, and writes down what it did")
    void removes() {
        pass(Duration.ofDays(6).plusSeconds(1)); // version 3 is ten days old, and a second
        NamespaceRow before = kept.namespace();
        RetentionReport report = pfm.upkeep().applyRetention();

        assertThat(report).isEqualTo(report(new Removed(1, 3)));
        assertThat(report.removed()).isEqualTo(3);
        assertThat(report.skipped()).isZero();
        assertThat(kept.versions()).containsExactly(4L, 5L, 6L);
        NamespaceRow after = kept.namespace();
        assertThat(after.revision()).isEqualTo(before.revision() + 1);
        assertThat(after.checkpointVersion()).isEqualTo(VERSIONS);
        EventRow event = events(1000).get((int) after.eventHead() - 1);
        assertThat(event.type()).isEqualTo("CHECKPOINTS_EXPIRED");
        assertThat(event.payload())
                .isEqualTo("{\"created_before\":\"2026-01-03T00:00:01Z\",\"first_version\":1,\"keep_last\":2,"
                        + "\"last_version\":3}");
        AuditRow audit = newestAudit();
        assertThat(audit.action()).isEqualTo("CHECKPOINTS_EXPIRED");
        assertThat(audit.details()).isEqualTo(event.payload());
        kept.check();
    }

    @Test
    @DisplayName("removes nothing that is young, and nothing twice")
    void young() {
        pass(Duration.ofDays(4)); // version 1 is ten days old
        assertThat(apply()).isInstanceOf(RetentionOutcome.Kept.class);
        pass(Duration.ofSeconds(1));
        assertThat(apply()).isEqualTo(new Removed(1, 1));
        NamespaceRow after = kept.namespace();
        assertThat(apply()).isInstanceOf(RetentionOutcome.Kept.class);
        assertThat(kept.namespace()).isEqualTo(after);
        kept.check();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 6, 7, Integer.MAX_VALUE})
    @DisplayName("keeps the newest, as many as the policy says, however old they are")
    void keepLast(int keepLast) {
        pass(Duration.ofDays(10_000));
        use(POLICY.withKeepLast(keepLast));
        pfm.upkeep().applyRetention();
        assertThat(kept.versions()).hasSize(Math.min(VERSIONS, keepLast)).endsWith((long) VERSIONS);
        kept.check();
    }

    @Test
    @DisplayName("with an age of zero leaves the newest only")
    void noAge() {
        use(new RetentionPolicy(Duration.ZERO, 2));
        assertThat(apply()).isEqualTo(new Removed(1, 4));
        kept.check();
    }

    @Test
    @DisplayName("leaves no gap where a clock was set back between two versions")
    void clockSetBack() {
        time.advance(Duration.ofDays(-100));
        engine.register(MATH, 70);
        engine.merge();
        time.advance(Duration.ofDays(100));
        for (int version = 8; version <= 10; version++) {
            engine.register(MATH, version);
            engine.merge();
        }
        pass(Duration.ofDays(5)); // versions 1 and 7 are over their time
        assertThat(apply()).isEqualTo(new Removed(1, 1));
        kept.check();
    }

    @Test
    @DisplayName("takes the clock of the store, not its own")
    void storeClock() {
        time.advance(Duration.ofDays(1_000));
        assertThat(apply()).isInstanceOf(RetentionOutcome.Kept.class);
        assertThat(kept.versions()).hasSize(VERSIONS);
    }

    @Test
    @DisplayName("removes nothing while the newest checkpoint is damaged in any of its blobs, or a blob of it is lost")
    void newestDamaged() {
        pass(AGE.multipliedBy(2));
        for (Sha256 blob : blobs(VERSIONS)) {
            engine.blobs.flip(blob, 8L * (engine.blobs.bytes(ada, blob).length - 1));
            assertSkipped(Reason.UNSOUND, "the newest checkpoint is not sound: ");
            engine.blobs.heal();
            engine.blobs.lose(blob);
            assertSkipped(Reason.UNSOUND, "the newest checkpoint is not sound: ");
            engine.blobs.heal();
        }
        assertThat(apply()).isEqualTo(new Removed(1, 4));
        kept.check();
    }

    @Test
    @DisplayName(
            "removes nothing while the foundation is another than the newest checkpoint's, though it was right before")
    void foundationWrong() {
        pass(AGE.multipliedBy(2));
        engine.foundation.put("r1", ModelFixture.tiny(2).files());
        assertSkipped(Reason.UNSOUND, "the newest checkpoint is not sound: ");
        engine.foundation.put("r1", ModelFixture.tiny(1).files());
        assertThat(apply()).isEqualTo(new Removed(1, 4));
    }

    @Test
    @DisplayName("keeps the newest older checkpoint that is sound, where those that stay anyway are not")
    void olderDamaged() {
        pass(AGE.multipliedBy(2));
        engine.blobs.lose(own(5));
        engine.blobs.lose(own(4));
        assertThat(apply()).isEqualTo(new Removed(1, 2));
        assertThat(kept.sound()).containsExactly(3L, 6L);
        assertThat(apply()).isInstanceOf(Skipped.class);
        engine.blobs.heal();
        assertThat(apply()).isEqualTo(new Removed(3, 4));
        kept.check();
    }

    @Test
    @DisplayName("removes nothing while the newest is the only one that is sound, or the oldest the only other one")
    void onlyNewest() {
        pass(AGE.multipliedBy(2));
        for (int version = 2; version < VERSIONS; version++) {
            engine.blobs.lose(own(version));
        }
        assertSkipped(Reason.UNSOUND, "no checkpoint but the newest and version 1 is sound");
        engine.blobs.lose(own(1));
        assertSkipped(Reason.UNSOUND, "no checkpoint but the newest is sound");
        engine.blobs.heal();
        assertThat(apply()).isEqualTo(new Removed(1, 4));
    }

    @Test
    @DisplayName("does not take a checkpoint for sound whose foundation release is gone")
    void releaseGone() {
        engine.foundation.put("r2", ModelFixture.tiny(2).files());
        LearnerId eve = LearnerId.of("eve");
        engine.orchestrator().namespaces().provision(eve, List.of(MATH));
        assertThat(engine.orchestrator().namespaces().get(eve).foundationRelease())
                .isEqualTo("r2");
        for (int version = 1; version <= 3; version++) {
            register(eve, version);
            assertThat(engine.orchestrator().merges().mergeNow(eve)).isInstanceOf(MergeOutcome.Merged.class);
        }
        pass(AGE.multipliedBy(2));
        engine.foundation.remove("r2");
        assertThat(pfm.upkeep().applyRetention().results())
                .extracting(RetentionReport.Result::learner)
                .containsExactly(ADA, eve);
        assertThat(new KeptCheckpoints(engine, eve).versions()).containsExactly(1L, 2L, 3L);
    }

    @Test
    @DisplayName("removes nothing where the rows have a gap or the newest is missing: the database itself is damaged")
    void brokenRun() {
        pass(AGE.multipliedBy(2));
        CheckpointRow third = row(3);
        remove(3);
        assertSkipped(Reason.UNSOUND, "its versions are not an unbroken run up to 6");
        put(third);
        CheckpointRow sixth = row(6);
        remove(6);
        assertSkipped(Reason.UNSOUND, "its versions are not an unbroken run up to 6");
        put(sixth);
        assertThat(apply()).isEqualTo(new Removed(1, 4));
    }

    @Test
    @DisplayName(
            "leaves what stays readable: verified and exported as before, though the manifest before the oldest is gone")
    void stays(@TempDir Path target) {
        pass(AGE.multipliedBy(2));
        List<CheckpointRow> before = kept.rows();
        assertThat(apply()).isEqualTo(new Removed(1, 4));
        for (int day = 0; day < 5; day++) {
            pass(DAY.plusSeconds(1));
            engine.orchestrator().upkeep().collectOrphans();
        }
        assertThat(kept.rows()).isEqualTo(before.subList(0, 2));
        for (CheckpointRow row : kept.rows()) {
            assertThat(pfm.checkpoints().verify(ADA, row.version()))
                    .isEqualTo(new Verification.Intact(row.checkpointHash()));
            for (VariantRow variant : row.variants()) {
                assertThat(pfm.checkpoints()
                                .export(
                                        ADA,
                                        row.version(),
                                        variant.name(),
                                        target.resolve(row.version() + variant.name())))
                        .isEqualTo(variant.contentHash());
            }
        }
        engine.register(MATH, 77);
        assertThat(engine.merge().version()).isEqualTo(VERSIONS + 1);
        kept.check();
    }

    @Test
    @DisplayName("leaves blobs to orphan collection, which takes those of the removed ones alone")
    void blobs() {
        pass(AGE.multipliedBy(2));
        List<Sha256> gone = Stream.of(1, 2, 3, 4)
                .flatMap(version -> Stream.of(row(version).manifestBlob(), own(version)))
                .toList();
        Sha256 takenOver = blobOf(row(1), READING.value());
        assertThat(blobOf(row(6), READING.value())).isEqualTo(takenOver);
        apply();
        assertThat(names()).containsAll(gone).contains(takenOver);
        for (int day = 0; day < 3; day++) {
            engine.orchestrator().upkeep().collectOrphans();
            pass(DAY.plusSeconds(1));
        }
        assertThat(names()).doesNotContainAnyElementsOf(gone).contains(takenOver);
        kept.check();
    }

    @Test
    @DisplayName("leaves it known that there is nothing to merge")
    void settled() {
        pass(AGE.multipliedBy(2));
        apply();
        engine.orchestrator().namespaces().setLegalHold(ADA, true);
        NamespaceRow namespace = kept.namespace();
        assertThat(namespace.settled().orElseThrow().eventHead()).isEqualTo(namespace.eventHead());
        assertThat(engine.orchestrator().merges().runNight().results()).isEmpty();
        engine.register(MATH, 78);
        engine.orchestrator().namespaces().setLegalHold(ADA, false);
        assertThat(engine.orchestrator().merges().runNight().merged()).isEqualTo(1);
        kept.check();
    }

    @Test
    @DisplayName("keeps everything under legal hold, and goes on when that ends")
    void legalHold() {
        pass(AGE.multipliedBy(2));
        NamespaceRow held = pfm.namespaces().setLegalHold(ADA, true);
        assertThat(held.legalHold()).isTrue();
        assertThat(newestAudit().action()).isEqualTo("LEGAL_HOLD_CHANGED");
        assertThat(newestAudit().details()).isEqualTo("{\"held\":true}");
        assertSkipped(Reason.LEGAL_HOLD, "everything is kept while it is under legal hold");
        assertThat(pfm.namespaces().setLegalHold(ADA, true)).as("again").isEqualTo(held);
        kept.check();
        pfm.namespaces().setLegalHold(ADA, false);
        assertThat(apply()).isEqualTo(new Removed(1, 4));
        assertThat(events(1000))
                .extracting(EventRow::type)
                .endsWith("LEGAL_HOLD_CHANGED", "LEGAL_HOLD_CHANGED", "CHECKPOINTS_EXPIRED");
        kept.check();
    }

    @Test
    @DisplayName("leaves the blobs of what it removed to nobody while a hold lasts that came afterwards")
    void heldAfterwards() {
        pass(AGE.multipliedBy(2));
        Sha256 gone = own(1);
        apply();
        pfm.namespaces().setLegalHold(ADA, true);
        for (int day = 0; day < 3; day++) {
            pfm.upkeep().collectOrphans();
            pass(DAY.plusSeconds(1));
        }
        assertThat(names()).contains(gone);
        pfm.namespaces().setLegalHold(ADA, false);
        pfm.upkeep().collectOrphans();
        pass(DAY.plusSeconds(1));
        assertThat(pfm.upkeep().collectOrphans()).isEqualTo(8);
        assertThat(names()).doesNotContain(gone);
    }

    @Test
    @DisplayName("knows no hold of a learner who is not there")
    void holdOfNobody() {
        assertThatThrownBy(() -> pfm.namespaces().setLegalHold(BOB, true))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND));
    }

    @Test
    @DisplayName("passes over a namespace that is being merged")
    void merging() {
        pass(AGE.multipliedBy(2));
        Lease merge = acquire("worker").orElseThrow();
        assertSkipped(Reason.BUSY, "another worker has its lease");
        engine.store.inTransaction(tx -> {
            NamespaceRow now = tx.find(ADA).orElseThrow();
            tx.leases().release(merge);
            return tx.compareAndSet(now, now.withState(NamespaceState.MERGING).nextRevision());
        });
        assertSkipped(Reason.BUSY, "it is in state MERGING");
        assertThat(engine.orchestrator().merges().mergeNow(ADA)).isEqualTo(new MergeOutcome.UpToDate());
        engine.orchestrator().merges().runNight();
        assertThat(apply()).isEqualTo(new Removed(1, 4));
    }

    @Test
    @DisplayName("gives its lease back, whatever came out")
    void lease() {
        pass(AGE.multipliedBy(2));
        engine.blobs.lose(own(6));
        apply();
        release(acquire("worker").orElseThrow());
        engine.blobs.heal();
        apply();
        assertThat(acquire("worker")).isPresent();
    }

    @Test
    @DisplayName("removes nothing once its lease is another's")
    void overtaken() {
        pass(AGE.multipliedBy(2));
        atTransaction(5, () -> {
            pass(Duration.ofMinutes(2));
            assertThat(acquire("worker")).isPresent();
        });
        assertSkipped(Reason.BUSY, "another worker has its lease since");
        assertThat(acquire("yet another"))
                .as("the worker's lease was not given back")
                .isEmpty();
        kept.check();
    }

    @Test
    @DisplayName("that fails for one namespace goes on with the others")
    void others() {
        engine.orchestrator().namespaces().provision(BOB, List.of(MATH));
        for (int version = 1; version <= 3; version++) {
            register(BOB, version);
            engine.orchestrator().merges().mergeNow(BOB);
        }
        pass(AGE.multipliedBy(2));
        engine.blobs.corruptReads(bytes -> {
            throw new UnavailableException("a disk does not answer");
        });
        assertThat(pfm.upkeep().applyRetention().results())
                .extracting(RetentionReport.Result::outcome)
                .containsOnly(new Skipped(Reason.FAILED, "a disk does not answer"))
                .hasSize(2);
        engine.blobs.heal();
        engine.blobs.lose(own(6));
        RetentionReport report = pfm.upkeep().applyRetention();
        assertThat(report.namespaces()).isEqualTo(2);
        assertThat(report.removed()).isEqualTo(1);
        assertThat(report.skipped()).isEqualTo(1);
        assertThat(new KeptCheckpoints(engine, BOB).versions()).containsExactly(2L, 3L);
        assertThat(kept.versions()).hasSize(VERSIONS);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fate.class,
            names = {"DOWN", "LOST_AND_UNDONE", "LOST_BUT_DONE"})
    @DisplayName("whose transactions fail, any one of them, removes all or nothing, and comes to its end later, once")
    void failures(Fate fate) {
        pass(AGE.multipliedBy(2));
        int transactions = countOfARun();
        assertThat(transactions).isGreaterThan(5);
        for (int failing = 1; failing <= transactions; failing++) {
            int number = failing;
            long newest = kept.namespace().checkpointVersion();
            List<Long> before = kept.versions();
            store.restart();
            store.fates(n -> n == number ? fate : Fate.USUAL);
            try {
                pfm.upkeep().applyRetention();
            } catch (PfmException e) {
                assertThat(e).hasMessageContaining("transaction " + number);
            }
            store.fates(n -> Fate.USUAL);
            assertThat(kept.versions()).isIn(before, List.of(newest - 1, newest));
            kept.check();
            pass(Duration.ofMinutes(2));
            pfm.upkeep().applyRetention();
            assertThat(kept.versions()).containsExactly(newest - 1, newest);
            kept.check();
            mergeMore();
        }
    }

    @Test
    @DisplayName("is not disturbed by a merge, another run, a hold or its end at any of its moments")
    void races() {
        pass(AGE.multipliedBy(2));
        int transactions = countOfARun();
        List<Runnable> others = List.of(
                () -> {
                    engine.register(MATH, kept.namespace().eventHead() + 1_000);
                    engine.orchestrator().merges().mergeNow(ADA);
                },
                () -> engine.orchestrator().upkeep().applyRetention(),
                () -> engine.orchestrator().namespaces().setLegalHold(ADA, true));
        engine.restart(engine.builder().clock(time).retention(POLICY).random(new Random(9)));
        for (Runnable other : others) {
            for (int moment = 1; moment <= transactions; moment++) {
                long newest = kept.namespace().checkpointVersion();
                atTransaction(moment, other);
                pfm.upkeep().applyRetention();
                store.before(number -> {});
                kept.check();
                assertThat(kept.sound()).as("all are sound").containsExactlyElementsOf(kept.versions());
                assertThat(kept.versions()).contains(newest).hasSizeGreaterThanOrEqualTo(POLICY.keepLast());
                engine.orchestrator().namespaces().setLegalHold(ADA, false);
                engine.orchestrator().merges().mergeNow(ADA);
                mergeMore();
            }
        }
    }

    @Test
    @DisplayName("keeps everything if a hold comes before its last transaction")
    void heldMeanwhile() {
        pass(AGE.multipliedBy(2));
        atTransaction(5, () -> engine.orchestrator().namespaces().setLegalHold(ADA, true));
        assertSkipped(Reason.LEGAL_HOLD, "everything is kept while it is under legal hold");
        kept.check();
    }

    /** Three more versions, and the time until they may go. */
    private void mergeMore() {
        for (int more = 0; more < 3; more++) {
            engine.register(MATH, kept.namespace().eventHead() + 100);
            engine.merge();
        }
        pass(AGE.multipliedBy(2));
    }

    /** How many transactions a run has that removes something. */
    private int countOfARun() {
        store.restart();
        assertThat(apply()).isInstanceOf(Removed.class);
        int count = store.count();
        mergeMore();
        return count;
    }

    /** What happens before one of the next run's transactions, with the store that is not counted. */
    private void atTransaction(int moment, Runnable action) {
        store.restart();
        IntConsumer once = number -> {
            if (number == moment) {
                action.run();
            }
        };
        store.before(once);
    }

    private RetentionOutcome apply() {
        RetentionReport report = pfm.upkeep().applyRetention();
        store.before(number -> {});
        return report.results().stream()
                .filter(result -> result.learner().equals(ADA))
                .findFirst()
                .map(RetentionReport.Result::outcome)
                .orElse(new RetentionOutcome.Kept());
    }

    private void assertSkipped(Reason reason, String detail) {
        NamespaceRow before = kept.namespace();
        List<Long> versions = kept.versions();
        assertThat(apply()).isInstanceOfSatisfying(Skipped.class, skipped -> {
            assertThat(skipped.reason()).isEqualTo(reason);
            assertThat(skipped.detail()).startsWith(detail);
        });
        assertThat(kept.versions()).isEqualTo(versions);
        assertThat(kept.namespace().checkpointVersion()).isEqualTo(before.checkpointVersion());
    }

    private static RetentionReport report(RetentionOutcome outcome) {
        return new RetentionReport(1, List.of(new RetentionReport.Result(ADA, outcome)));
    }

    private void use(RetentionPolicy policy) {
        pfm.close();
        pfm = orchestrator(policy);
    }

    private Orchestrator orchestrator(RetentionPolicy policy) {
        return Orchestrator.builder(store, engine.blobs, engine.foundation)
                .executor(Runnable::run, 1)
                .clock(time)
                .random(new Random(8))
                .retention(policy)
                .build();
    }

    private void register(LearnerId learner, long seed) {
        engine.orchestrator()
                .adapters()
                .register(learner, MATH, AdapterFixture.tiny(seed).files());
    }

    private void pass(Duration duration) {
        time.advance(duration);
        engine.storeTime.advance(duration);
    }

    private Optional<Lease> acquire(String holder) {
        return engine.store.inTransaction(tx -> tx.leases().acquire("ns:" + ada, holder, Duration.ofMinutes(1)));
    }

    private void release(Lease lease) {
        engine.store.inTransaction(tx -> {
            tx.leases().release(lease);
            return true;
        });
    }

    private CheckpointRow row(long version) {
        return engine.orchestrator().checkpoints().get(ADA, version);
    }

    private void remove(long version) {
        engine.store.inTransaction(tx -> tx.removeCheckpoint(ada, version));
    }

    private void put(CheckpointRow row) {
        engine.store.inTransaction(tx -> {
            tx.putCheckpoint(row);
            return true;
        });
    }

    /** The blob of a version that no other version refers to. */
    private Sha256 own(long version) {
        return blobOf(row(version), MATH.value());
    }

    private static Sha256 blobOf(CheckpointRow row, String variant) {
        return row.variants().stream()
                .filter(candidate -> candidate.name().equals(variant))
                .findFirst()
                .orElseThrow()
                .blob();
    }

    private List<Sha256> blobs(long version) {
        CheckpointRow row = row(version);
        return Stream.concat(
                        Stream.of(row.manifestBlob()), row.variants().stream().map(VariantRow::blob))
                .toList();
    }

    private List<Sha256> names() {
        return engine.blobs.list(ada).stream().map(StoredBlob::name).toList();
    }

    private List<EventRow> events(int limit) {
        return engine.orchestrator().namespaces().events(ADA, 1, limit);
    }

    private AuditRow newestAudit() {
        return engine.store.<AuditRow>inTransaction(
                tx -> tx.audit().newest("ns:" + ada).orElseThrow());
    }
}

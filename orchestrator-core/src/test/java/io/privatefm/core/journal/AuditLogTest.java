/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.SteppedStore;
import io.privatefm.core.SteppedStore.Fate;
import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.store.SequencedAuditRow;
import io.privatefm.spi.store.TreeHeadRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The audit log")
class AuditLogTest {
    private final AuditFixture audit = new AuditFixture();
    private final SteppedStore store = new SteppedStore(audit.store);

    @Test
    @DisplayName("is intact when empty, when all waits, and when some is placed and some waits")
    void intact() {
        assertIntact(0, 0, 0);
        append(5);
        assertIntact(0, 5, 0);
        assertThat(audit.sequencer(store).run()).isEqualTo(5);
        assertIntact(5, 0, 1);
        append(3);
        assertIntact(5, 3, 1);
        assertThat(audit.sequencer(store).run()).isEqualTo(3);
        assertIntact(8, 0, 2);
        assertThat(audit.heads()).extracting(TreeHeadRow::size).containsExactly(5L, 8L);
    }

    @Test
    @DisplayName("is intact whatever was appended and placed when")
    void random() {
        Random random = new Random(TestSeed.of(getClass()));
        for (int round = 0; round < 15; round++) {
            assertThat(AuditFixture.filled(random).verify()).isInstanceOf(AuditVerdict.Intact.class);
        }
    }

    @Test
    @DisplayName("keeps the order of each chain, without gaps")
    void order() {
        append(10);
        audit.sequencer(store).run();
        append(10);
        audit.sequencer(store).run();

        assertThat(placed()).extracting(SequencedAuditRow::index).isEqualTo(range(20));
        assertThat(placed().stream()
                        .map(entry -> entry.row())
                        .filter(row -> row.chain().equals("ns:1")))
                .extracting(row -> row.seq())
                .isEqualTo(List.of(1L, 2L, 3L, 4L, 5L, 6L));
    }

    @Test
    @DisplayName("goes on where it was after a restart of its sequencer, also of two that take turns")
    void restart() {
        AuditSequencer one = audit.sequencer(store);
        AuditSequencer other = audit.sequencer(store);
        for (int round = 0; round < 5; round++) {
            append(2);
            assertThat(one.run()).isEqualTo(2);
            append(3);
            assertThat(other.run()).isEqualTo(3);
            append(1);
            assertThat(audit.sequencer(store).run()).isEqualTo(1);
        }
        assertIntact(30, 0, 15);
        assertThat(placed()).extracting(SequencedAuditRow::index).isEqualTo(range(30));
    }

    @Test
    @DisplayName("is placed in batches, each with a head, the last one anchored")
    void batches() {
        append(1_001);
        assertThat(audit.sequencer(store).run()).isEqualTo(1_001);
        assertThat(audit.heads()).extracting(TreeHeadRow::size).containsExactly(1_000L, 1_001L);
        assertIntact(1_001, 0, 1);
    }

    @Test
    @DisplayName("gets no gap and no entry twice from two sequencers at once while entries come in")
    void twoAtOnce() throws Exception {
        int entries = 200;
        AtomicInteger appended = new AtomicInteger();
        Callable<Boolean> sequencing = () -> {
            AuditSequencer sequencer = audit.sequencer(store);
            while (placed().size() < entries) {
                try {
                    sequencer.run();
                } catch (ConflictException e) { // its lease was over, the other has it
                    assertThat(e).hasMessageContaining("another process");
                }
            }
            return true;
        };
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<Boolean>> running = new ArrayList<>();
            running.add(threads.submit(() -> {
                while (appended.incrementAndGet() <= entries) {
                    audit.append("ns:" + appended.get() % 3, "op");
                }
                return true;
            }));
            running.add(threads.submit(sequencing));
            running.add(threads.submit(sequencing));
            for (Future<Boolean> thread : running) {
                assertThat(thread.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(placed()).extracting(SequencedAuditRow::index).isEqualTo(range(entries));
        assertThat(audit.verify()).isInstanceOf(AuditVerdict.Intact.class);
    }

    @Test
    @DisplayName("is left alone by a sequencer whose lease another has")
    void leased() {
        append(2);
        audit.store.inTransaction(tx -> tx.leases().acquire("audit-sequencer", "another", Duration.ofSeconds(30)));
        assertThat(audit.sequencer(store).run()).isZero();
        assertThat(placed()).isEmpty();

        audit.time.advance(Duration.ofSeconds(31));
        assertThat(audit.sequencer(store).run()).isEqualTo(2);
    }

    @Test
    @DisplayName("is not touched by a sequencer that was overtaken: it gives up, and can go on later")
    void overtaken() {
        append(4);
        AuditSequencer slow = audit.sequencer(store);
        store.before(number -> {
            if (number == 2) {
                audit.time.advance(Duration.ofSeconds(31));
                assertThat(audit.sequencer(audit.store).run()).isEqualTo(4);
                append(1);
                audit.store.inTransaction(
                        tx -> tx.leases().acquire("audit-sequencer", "another", Duration.ofSeconds(5)));
            }
        });
        assertThatThrownBy(slow::run).isInstanceOf(ConflictException.class);
        assertIntact(4, 1, 1);

        store.before(number -> {});
        audit.time.advance(Duration.ofSeconds(6));
        assertThat(slow.run()).isEqualTo(1);
        assertIntact(5, 0, 2);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fate.class,
            names = {"LOST_BUT_DONE", "LOST_AND_UNDONE", "DOWN"})
    @DisplayName("stays whole when any one transaction of a sequencer fails, and the same sequencer finishes it")
    void failures(Fate fate) {
        AuditSequencer sequencer = audit.sequencer(store);
        append(1);
        sequencer.run();
        long size = 1;
        for (int failing = 1; failing <= 6; failing++) {
            int number = failing;
            append(3);
            store.restart();
            store.fates(n -> n == number ? fate : Fate.USUAL);
            try {
                sequencer.run();
            } catch (OutcomeUnknownException | UnavailableException e) {
                assertThat(e).hasMessageContaining("transaction " + number);
            }
            assertThat(audit.verify()).isInstanceOf(AuditVerdict.Intact.class);
            store.fates(n -> Fate.USUAL);
            audit.time.advance(Duration.ofSeconds(31));
            sequencer.run();
            size += 3;
            assertThat(audit.verify())
                    .isInstanceOfSatisfying(
                            AuditVerdict.Intact.class,
                            intact -> assertThat(intact.waiting()).isZero());
            assertThat(placed()).extracting(SequencedAuditRow::index).isEqualTo(range(size));
        }
    }

    @Test
    @DisplayName("anchors a head at the next run if it could not be anchored at the first")
    void anchorsLater() {
        append(2);
        audit.anchors.down(true);
        AuditSequencer sequencer = audit.sequencer(store);
        assertThat(sequencer.run()).isEqualTo(2);
        assertThat(audit.anchors.anchored()).isEmpty();
        assertIntact(2, 0, 0);

        audit.anchors.down(false);
        assertThat(sequencer.run()).isZero();
        assertThat(audit.anchors.anchored())
                .containsExactly(audit.heads().get(0).note());
        assertThat(sequencer.run()).isZero();
        assertIntact(2, 0, 1);
    }

    @Test
    @DisplayName("has no entry with an earlier time than the one before it in its chain, when the clock is set back")
    void clockSetBack() {
        Instant noon = Instant.parse("2026-03-29T12:00:00Z");
        for (Instant at : List.of(noon, noon.minusSeconds(86_400), noon.plusSeconds(1))) {
            audit.store.inTransaction(tx -> {
                AuditLog.append(tx, "ns:0", "engine", "ACT", AuditLog.DONE, "op", seq -> "{}", at);
                return true;
            });
        }
        audit.sequencer(store).run();

        assertThat(placed()).extracting(entry -> entry.row().at()).containsExactly(noon, noon, noon.plusSeconds(1));
        assertThat(audit.verify()).isInstanceOf(AuditVerdict.Intact.class);
    }

    @Test
    @DisplayName("is not signed on where an entry is missing")
    void gap() {
        append(4);
        audit.sequencer(store).run();
        append(2);
        AuditTamper cut = new AuditTamper(audit.store);
        cut.entries.remove(2);
        assertThat(audit.verify(cut)).isInstanceOf(AuditVerdict.Tampered.class);
        assertThatThrownBy(
                        () -> new AuditSequencer(cut, audit.signer, "test", Duration.ofSeconds(30), audit.time).run())
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("lacks entry 2");
        assertThat(audit.heads()).hasSize(1);
    }

    @Test
    @DisplayName("is not signed on by a sequencer that starts on entries which are not those of the newest head")
    void forgedBefore() {
        append(4);
        audit.sequencer(store).run();
        append(2);
        AuditTamper forged = new AuditTamper(audit.store);
        forged.entries.remove(1);
        forged.renumber();
        forged.rechain();
        assertThatThrownBy(() ->
                        new AuditSequencer(forged, audit.signer, "test", Duration.ofSeconds(30), audit.time).run())
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("not those of its newest signed head");
        assertThat(audit.heads()).hasSize(1);
    }

    @Test
    @DisplayName("is intact also when it grows while it is verified, between any two of the verifier's reads")
    void grows() {
        append(3);
        audit.sequencer(audit.store).run();
        append(2);
        store.restart();
        audit.verify(store);
        int reads = store.count();
        for (int read = 1; read <= reads; read++) {
            int now = read;
            store.restart();
            store.before(number -> {
                if (number == now) {
                    append(2);
                    audit.sequencer(audit.store).run();
                    append(2);
                }
            });
            assertThat(audit.verify(store)).as("before read " + read).isInstanceOf(AuditVerdict.Intact.class);
        }
        store.before(number -> append(1));
        assertThat(audit.verify(store)).isInstanceOf(AuditVerdict.Intact.class);
    }

    private void append(int entries) {
        for (int i = 0; i < entries; i++) {
            audit.append("ns:" + i % 3, "op-" + i);
        }
    }

    private void assertIntact(long size, long waiting, int anchors) {
        assertThat(audit.verify()).isInstanceOfSatisfying(AuditVerdict.Intact.class, intact -> {
            assertThat(intact.size()).isEqualTo(size);
            assertThat(intact.waiting()).isEqualTo(waiting);
            assertThat(intact.anchors()).isEqualTo(anchors);
        });
    }

    private List<SequencedAuditRow> placed() {
        return audit.store.inTransaction(tx -> tx.audit().sequenced(0, Integer.MAX_VALUE));
    }

    private static List<Long> range(long size) {
        return LongStream.range(0, size).boxed().toList();
    }
}

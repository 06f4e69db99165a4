/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrphanRow;
import io.privatefm.spi.store.OutboxRow;
import io.privatefm.spi.store.SequencedAuditRow;
import io.privatefm.spi.store.TreeHeadRow;
import io.privatefm.spi.store.VariantRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The part of the store's contract that several processes meet in: messages, the audit log, orphans. */
abstract class CoordinationContract extends LeaseContract {
    @Nested
    @DisplayName("keeps an inbox, and")
    class Inbox {
        @Test
        @DisplayName("knows a message that a consumer took, of each consumer for itself")
        void dedupes() {
            assertThat(yes(tx -> tx.firstTime("one", "m-1"))).isTrue();
            assertThat(yes(tx -> tx.firstTime("one", "m-1"))).isFalse();
            assertThat(yes(tx -> tx.firstTime("one", "m-2"))).isTrue();
            assertThat(yes(tx -> tx.firstTime("two", "m-1"))).isTrue();
        }

        @Test
        @DisplayName("says whether a consumer took a message, and notes nothing by that")
        void taken() {
            assertThat(yes(tx -> tx.taken("one", "m-1"))).isFalse();
            assertThat(yes(tx -> tx.firstTime("one", "m-1"))).isTrue();
            assertThat(yes(tx -> tx.taken("one", "m-1"))).isTrue();
            assertThat(yes(tx -> tx.taken("one", "m-2"))).isFalse();
            assertThat(yes(tx -> tx.taken("two", "m-1"))).isFalse();
            write(tx -> {
                assertThat(tx.firstTime("two", "m-1")).isTrue();
                assertThat(tx.taken("two", "m-1")).isTrue();
            });
        }

        @Test
        @DisplayName(
                "forgets a message whose transaction failed, and goes on after a duplicate in the same transaction")
        void rolledBack() {
            assertThatThrownBy(() -> write(tx -> {
                        tx.firstTime("one", "m-1");
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class);

            write(tx -> {
                assertThat(tx.firstTime("one", "m-1")).isTrue();
                assertThat(tx.firstTime("one", "m-1")).isFalse();
                tx.insert(StoreRows.namespace(1));
            });
            assertThat(one(tx -> tx.find(StoreRows.namespace(1).learner()))).isPresent();
        }

        @Test
        @DisplayName("lets one of eight be first, for each message")
        void race() throws Exception {
            List<Integer> firsts = StoreFixture.race(writer -> {
                int first = 0;
                for (int message = 0; message < 25; ) {
                    String id = "m-" + message;
                    try {
                        first += run(tx -> tx.firstTime("one", id)) ? 1 : 0;
                        message++;
                    } catch (ConflictException e) {
                        assertThat(e.retryable()).isTrue();
                    }
                }
                return first;
            });

            assertThat(firsts.stream().mapToInt(Integer::intValue).sum()).isEqualTo(25);
        }
    }

    @Nested
    @DisplayName("keeps an outbox, and")
    class Outbox {
        private List<OutboxRow> claim(int max, Duration ttl) {
            return run(tx -> tx.outbox().claim(max, ttl));
        }

        private OutboxRow enqueued(NamespaceRow namespace, long seq) {
            OutboxRow row = StoreRows.message(namespace.nsUid(), seq);
            write(tx -> tx.outbox().enqueue(row));
            return row;
        }

        @Test
        @DisplayName("gives out a namespace's messages one after the other, every field as it was written")
        void inOrder() {
            NamespaceRow namespace = inserted(1);
            OutboxRow one = enqueued(namespace, 1);
            OutboxRow two = enqueued(namespace, 2);

            assertThat(claim(9, LONG)).containsExactly(one);
            assertThat(claim(9, LONG)).isEmpty();
            assertThat(count(tx -> tx.outbox().depth())).isEqualTo(2);
            write(tx -> tx.outbox().remove(one));
            assertThat(claim(9, LONG)).containsExactly(two);
            write(tx -> tx.outbox().remove(two));
            assertThat(claim(9, LONG)).isEmpty();
            assertThat(count(tx -> tx.outbox().depth())).isZero();
        }

        @Test
        @DisplayName("gives out messages of several namespaces side by side, so many as asked for")
        void sideBySide() {
            for (int number = 1; number <= 3; number++) {
                NamespaceRow namespace = inserted(number);
                enqueued(namespace, 1);
                enqueued(namespace, 2);
            }
            List<OutboxRow> first = new ArrayList<>(claim(2, LONG));
            List<OutboxRow> second = claim(2, LONG);

            assertThat(first).hasSize(2);
            assertThat(second).hasSize(1);
            first.addAll(second);
            assertThat(first).extracting(OutboxRow::seq).containsOnly(1L);
            assertThat(first).extracting(OutboxRow::nsUid).doesNotHaveDuplicates();
        }

        @Test
        @DisplayName("gives a message out again when its claim has expired, or it was postponed and the delay is over")
        void again() {
            OutboxRow row = enqueued(inserted(1), 1);

            assertThat(claim(9, AN_INSTANT)).containsExactly(row);
            assertThat(eventually(() -> claim(9, LONG).stream().findFirst())).isEqualTo(row);
            write(tx -> tx.outbox().postpone(row, AN_INSTANT));
            assertThat(eventually(() -> claim(9, LONG).stream().findFirst())).isEqualTo(row);
            write(tx -> tx.outbox().postpone(row, LONG));
            assertThat(claim(9, LONG)).isEmpty();
        }

        @Test
        @DisplayName("refuses a sequence number that is there")
        void duplicate() {
            NamespaceRow namespace = inserted(1);
            enqueued(namespace, 1);

            assertThatThrownBy(() -> enqueued(namespace, 1)).isInstanceOf(ConflictException.class);
        }

        @Test
        @DisplayName("has a message again, in its place, whose removal was taken back with its transaction")
        void removalRolledBack() {
            NamespaceRow namespace = inserted(1);
            OutboxRow one = enqueued(namespace, 1);
            enqueued(namespace, 2);
            assertThatThrownBy(() -> write(tx -> {
                        tx.outbox().remove(one);
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class);

            assertThat(claim(9, LONG)).containsExactly(one);
        }

        @Test
        @DisplayName("has nothing to do for a message that is gone")
        void gone() {
            OutboxRow row = enqueued(inserted(1), 1);
            write(tx -> tx.outbox().remove(row));
            write(tx -> {
                tx.outbox().remove(row);
                tx.outbox().postpone(row, LONG);
            });

            assertThat(count(tx -> tx.outbox().depth())).isZero();
        }

        @Test
        @DisplayName("gives no message to two of eight relays, and keeps the order of each namespace")
        void race() throws Exception {
            int messages = 10;
            for (int number = 1; number <= 5; number++) {
                NamespaceRow namespace = inserted(number);
                write(tx -> LongStream.rangeClosed(1, messages)
                        .forEach(seq -> tx.outbox().enqueue(StoreRows.message(namespace.nsUid(), seq))));
            }
            List<OutboxRow> sent = new ArrayList<>();
            StoreFixture.race(relay -> {
                for (boolean empty = false; !empty; ) {
                    relayOnce(sent);
                    try {
                        empty = count(tx -> tx.outbox().depth()) == 0;
                    } catch (ConflictException e) {
                        assertThat(e.retryable()).isTrue();
                    }
                }
                return 0;
            });

            assertThat(sent).hasSize(5 * messages).doesNotHaveDuplicates();
            for (int number = 1; number <= 5; number++) {
                NsUid namespace = StoreRows.uid(number);
                assertThat(sent.stream().filter(row -> row.nsUid().equals(namespace)))
                        .extracting(OutboxRow::seq)
                        .isSorted();
            }
        }

        private void relayOnce(List<OutboxRow> sent) {
            try {
                for (OutboxRow row : claim(2, LONG)) {
                    synchronized (sent) {
                        sent.add(row);
                    }
                    untilDone(() -> write(tx -> tx.outbox().remove(row)));
                }
            } catch (ConflictException e) {
                assertThat(e.retryable()).isTrue();
            }
        }
    }

    @Nested
    @DisplayName("keeps an audit log, and")
    class Audit {
        private AuditRow appended(String chain, long seq) {
            AuditRow row = StoreRows.audit(chain, seq);
            write(tx -> tx.audit().append(row));
            return row;
        }

        @Test
        @DisplayName("gives back a chain's newest entry, every field as it was written")
        void newest() {
            assertThat(one(tx -> tx.audit().newest("a"))).isEmpty();
            appended("a", 1);
            AuditRow two = appended("a", 2);
            appended("b", 1);

            assertThat(one(tx -> tx.audit().newest("a"))).contains(two);
        }

        @Test
        @DisplayName("refuses an entry behind one that has its number")
        void duplicate() {
            appended("a", 1);

            assertThatThrownBy(() -> appended("a", 1)).isInstanceOf(ConflictException.class);
        }

        @Test
        @DisplayName(
                "hands out entries without a place, each chain in its order, and then those with one by their places")
        void sequence() {
            assertThat(count(tx -> tx.audit().waiting())).isZero();
            List<AuditRow> rows = List.of(appended("a", 1), appended("b", 1), appended("a", 2), appended("a", 3));
            List<AuditRow> waiting = run(tx -> tx.audit().unsequenced(3));

            assertThat(waiting).hasSize(3);
            assertThat(count(tx -> tx.audit().waiting())).isEqualTo(4);
            assertThat(waiting.stream().filter(row -> row.chain().equals("a")))
                    .extracting(AuditRow::seq)
                    .isSorted()
                    .startsWith(1L);
            write(tx -> tx.audit().sequence(0, waiting));
            List<AuditRow> rest = run(tx -> tx.audit().unsequenced(9));
            assertThat(rest).hasSize(1);
            assertThat(count(tx -> tx.audit().waiting())).isEqualTo(1);
            write(tx -> tx.audit().sequence(3, rest));
            assertThat(rows(tx -> tx.audit().unsequenced(9))).isEmpty();
            List<SequencedAuditRow> sequenced = run(tx -> tx.audit().sequenced(0, 9));
            assertThat(sequenced).extracting(SequencedAuditRow::index).containsExactly(0L, 1L, 2L, 3L);
            assertThat(sequenced).extracting(SequencedAuditRow::row).containsExactlyInAnyOrderElementsOf(rows);
            assertThat(rows(tx -> tx.audit().sequenced(2, 1)))
                    .extracting(SequencedAuditRow::index)
                    .containsExactly(2L);
        }

        @Test
        @DisplayName("refuses to give a place twice, and an entry a second place")
        void takenPlaces() {
            AuditRow one = appended("a", 1);
            AuditRow two = appended("a", 2);
            write(tx -> tx.audit().sequence(0, List.of(one)));

            assertThatThrownBy(() -> write(tx -> tx.audit().sequence(0, List.of(two))))
                    .isInstanceOf(ConflictException.class);
            assertThatThrownBy(() -> write(tx -> tx.audit().sequence(1, List.of(one))))
                    .isInstanceOf(ConflictException.class);
            assertThat(rows(tx -> tx.audit().sequenced(0, 9))).containsExactly(new SequencedAuditRow(0, one));
            assertThat(rows(tx -> tx.audit().unsequenced(9))).containsExactly(two);
        }

        @Test
        @DisplayName("keeps tree heads by their size, one of each")
        void heads() {
            assertThat(one(tx -> tx.audit().newestHead())).isEmpty();
            List<TreeHeadRow> heads = List.of(StoreRows.head(3), StoreRows.head(5), StoreRows.head(8));
            heads.forEach(head -> write(tx -> tx.audit().putHead(head)));

            assertThat(rows(tx -> tx.audit().heads(0, 9))).isEqualTo(heads);
            assertThat(rows(tx -> tx.audit().heads(3, 1))).containsExactly(heads.get(1));
            assertThat(one(tx -> tx.audit().newestHead())).contains(heads.get(2));
            assertThatThrownBy(() -> write(tx -> tx.audit().putHead(StoreRows.head(5))))
                    .isInstanceOf(ConflictException.class);
        }
    }

    @Nested
    @DisplayName("remembers orphans, and")
    class Orphans {
        @Test
        @DisplayName("knows every blob that a row refers to, of every revision and version")
        void referenced() {
            NsUid ns = inserted(1).nsUid();
            AdapterRow one = StoreRows.adapter(ns, "math", 1);
            AdapterRow two = StoreRows.adapter(ns, "math", 2);
            CheckpointRow first = StoreRows.checkpoint(ns, 1);
            CheckpointRow second = StoreRows.checkpoint(ns, 2);
            write(tx -> {
                tx.putAdapter(one);
                tx.putAdapter(two);
                tx.putCheckpoint(first);
                tx.putCheckpoint(second);
            });
            NsUid other = inserted(2).nsUid();

            assertThat(blobs(tx -> tx.orphans().referenced(other))).isEmpty();
            assertThat(blobs(tx -> tx.orphans().referenced(ns)))
                    .contains(one.configBlob(), one.weightsBlob(), two.configBlob(), two.weightsBlob())
                    .contains(first.manifestBlob(), second.manifestBlob())
                    .containsAll(first.variants().stream().map(VariantRow::blob).toList())
                    .containsAll(
                            second.variants().stream().map(VariantRow::blob).toList())
                    .hasSize(10);
        }

        @Test
        @DisplayName("keeps when an orphan was seen first, however often it is seen, until it is forgotten")
        void firstSeen() {
            NsUid ns = inserted(1).nsUid();
            write(tx -> tx.orphans().remember(ns, StoreRows.hash("x", 1, 1)));
            List<OrphanRow> before = run(tx -> tx.orphans().of(ns));
            write(tx -> tx.orphans().remember(ns, StoreRows.hash("x", 1, 1)));

            assertThat(before).extracting(OrphanRow::blob).containsExactly(StoreRows.hash("x", 1, 1));
            assertThat(rows(tx -> tx.orphans().of(ns))).isEqualTo(before);
            write(tx -> tx.orphans().forget(ns, StoreRows.hash("x", 1, 1)));
            assertThat(rows(tx -> tx.orphans().of(ns))).isEmpty();
        }
    }
}

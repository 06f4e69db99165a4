/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OutboxRow;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.VariantRow;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The part of the store's contract that says what goes: removed checkpoints, erased namespaces. */
abstract class ErasureContract extends DataKeyContract {
    private static final LearnerId GONE = LearnerId.of("deleted-1");

    @Nested
    @DisplayName("removes a checkpoint, and")
    class Removal {
        private boolean remove(NsUid namespace, long version) {
            return run(tx -> tx.removeCheckpoint(namespace, version));
        }

        @Test
        @DisplayName("has neither its row nor its variants afterwards, and does not find it by its operation")
        void removed() {
            NsUid ns = inserted(1).nsUid();
            CheckpointRow one = StoreRows.checkpoint(ns, 1);
            CheckpointRow two = StoreRows.checkpoint(ns, 2);
            write(tx -> List.of(one, two).forEach(tx::putCheckpoint));

            assertThat(remove(ns, 1)).isTrue();

            assertThat(one(tx -> tx.checkpoint(ns, 1))).isEmpty();
            assertThat(one(tx -> tx.checkpointOf(one.operationId()))).isEmpty();
            assertThat(rows(tx -> tx.checkpoints(ns, 9))).containsExactly(two);
            assertThat(one(tx -> tx.checkpointOf(two.operationId()))).contains(two);
            assertThat(blobs(tx -> tx.orphans().referenced(ns)))
                    .contains(two.manifestBlob())
                    .containsAll(two.variants().stream().map(VariantRow::blob).toList())
                    .hasSize(3);
        }

        @Test
        @DisplayName("says no if there is none of that version, in that namespace")
        void absent() {
            NsUid ns = inserted(1).nsUid();
            NsUid other = inserted(2).nsUid();
            write(tx -> tx.putCheckpoint(StoreRows.checkpoint(ns, 1)));

            assertThat(remove(ns, 2)).isFalse();
            assertThat(remove(other, 1)).isFalse();
            assertThat(one(tx -> tx.checkpoint(ns, 1))).isPresent();
            assertThat(remove(ns, 1)).isTrue();
            assertThat(remove(ns, 1)).isFalse();
        }

        @Test
        @DisplayName("has it again if the transaction fails, and takes that version and operation anew if not")
        void rolledBack() {
            NsUid ns = inserted(1).nsUid();
            CheckpointRow row = StoreRows.checkpoint(ns, 1);
            write(tx -> tx.putCheckpoint(row));
            assertThatThrownBy(() -> write(tx -> {
                        assertThat(tx.removeCheckpoint(ns, 1)).isTrue();
                        assertThat(tx.checkpoint(ns, 1)).isEmpty();
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(one(tx -> tx.checkpointOf(row.operationId()))).contains(row);

            write(tx -> {
                tx.removeCheckpoint(ns, 1);
                tx.putCheckpoint(row);
            });
            assertThat(one(tx -> tx.checkpoint(ns, 1))).contains(row);
        }
    }

    @Nested
    @DisplayName("erases a namespace, and")
    class Erasing {
        /** A namespace with rows of every kind. */
        private NamespaceRow filled(int number) {
            NamespaceRow first = inserted(number);
            NsUid ns = first.nsUid();
            NamespaceRow row = first.withEventHead(2)
                    .withCheckpoint(2)
                    .withOutboxHead(1)
                    .withState(NamespaceState.DELETING)
                    .nextRevision();
            write(tx -> {
                tx.append(ns, 0, StoreRows.events(1, 2));
                tx.putAdapter(StoreRows.adapter(ns, "math", 1));
                tx.putAdapter(StoreRows.adapter(ns, "math", 2));
                tx.putCheckpoint(StoreRows.checkpoint(ns, 1));
                tx.putCheckpoint(StoreRows.checkpoint(ns, 2));
                tx.outbox().enqueue(StoreRows.message(ns, 1));
                tx.orphans().remember(ns, StoreRows.hash("x", 1, 1));
                tx.keys().put(StoreRows.dataKey(ns, 1));
                tx.scrubs().put(StoreRows.damaged(ns, 2, 1));
                tx.compareAndSet(first, row);
            });
            return row;
        }

        private boolean erase(NamespaceRow expected) {
            return run(tx -> tx.erase(expected, expected.tombstone(GONE)));
        }

        private void assertErased(NsUid ns) {
            assertThat(rows(tx -> tx.events(ns, 1, 9))).isEmpty();
            assertThat(rows(tx -> tx.adapters(ns))).isEmpty();
            assertThat(rows(tx -> tx.checkpoints(ns, 9))).isEmpty();
            assertThat(one(tx -> tx.checkpoint(ns, 1))).isEmpty();
            assertThat(one(tx -> tx.checkpointOf(StoreRows.checkpoint(ns, 2).operationId())))
                    .isEmpty();
            assertThat(rows(tx -> tx.orphans().of(ns))).isEmpty();
            assertThat(blobs(tx -> tx.orphans().referenced(ns))).isEmpty();
            assertThat(rows(tx -> tx.keys().of(ns))).isEmpty();
            assertThat(one(tx -> tx.scrubs().find(ns))).isEmpty();
        }

        private void assertWhole(NamespaceRow row) {
            NsUid ns = row.nsUid();
            assertThat(one(tx -> tx.find(row.learner()))).contains(row);
            assertThat(rows(tx -> tx.events(ns, 1, 9))).isEqualTo(StoreRows.events(1, 2));
            assertThat(rows(tx -> tx.adapters(ns))).containsExactly(StoreRows.adapter(ns, "math", 2));
            assertThat(rows(tx -> tx.checkpoints(ns, 9)))
                    .containsExactly(StoreRows.checkpoint(ns, 2), StoreRows.checkpoint(ns, 1));
            assertThat(one(tx -> tx.checkpointOf(StoreRows.checkpoint(ns, 2).operationId())))
                    .isPresent();
            assertThat(rows(tx -> tx.orphans().of(ns))).hasSize(1);
            assertThat(blobs(tx -> tx.orphans().referenced(ns))).hasSize(10);
            assertThat(rows(tx -> tx.keys().of(ns))).containsExactly(StoreRows.dataKey(ns, 1));
            assertThat(one(tx -> tx.scrubs().find(ns))).contains(StoreRows.damaged(ns, 2, 1));
        }

        @Test
        @DisplayName("has no row of any kind of it afterwards but the tombstone, and all of another's")
        void erased() {
            NamespaceRow row = filled(1);
            NamespaceRow other = filled(2);
            NamespaceRow tombstone = row.tombstone(GONE);

            assertThat(erase(row)).isTrue();

            assertErased(row.nsUid());
            assertThat(one(tx -> tx.find(row.learner()))).isEmpty();
            assertThat(one(tx -> tx.find(GONE))).contains(tombstone);
            assertThat(rows(tx -> tx.namespaces(null, 9))).containsExactly(tombstone, other);
            assertWhole(other);
            assertThat(count(tx -> tx.outbox().depth())).isEqualTo(1);
            assertThat(rows(tx -> tx.outbox().claim(9, LONG))).containsExactly(StoreRows.message(other.nsUid(), 1));
        }

        @Test
        @DisplayName("keeps the audit log, the leases, the inbox and what is stopped")
        void kept() {
            NamespaceRow row = filled(1);
            AuditRow placed = StoreRows.audit(row.nsUid().value(), 1);
            AuditRow waiting = StoreRows.audit(row.nsUid().value(), 2);
            write(tx -> {
                tx.audit().append(placed);
                tx.audit().append(waiting);
                tx.audit().sequence(0, List.of(placed));
                tx.firstTime("one", "m-1");
                tx.switches().put(StoreRows.stopped("a", 1));
            });
            Lease lease = acquire(row.nsUid().value(), LONG).orElseThrow();

            assertThat(erase(row)).isTrue();

            assertThat(one(tx -> tx.audit().newest(row.nsUid().value()))).contains(waiting);
            assertThat(rows(tx -> tx.audit().unsequenced(9))).containsExactly(waiting);
            assertThat(rows(tx -> tx.audit().sequenced(0, 9))).hasSize(1);
            assertThat(holds(lease)).isTrue();
            assertThat(yes(tx -> tx.firstTime("one", "m-1"))).isFalse();
            assertThat(one(tx -> tx.switches().find("a"))).contains(StoreRows.stopped("a", 1));
        }

        @Test
        @DisplayName("takes a message, a data key and events of the tombstone in the same transaction and later")
        void goesOn() {
            NamespaceRow row = filled(1);
            NsUid ns = row.nsUid();
            OutboxRow message = StoreRows.message(ns, 2);

            write(tx -> {
                assertThat(tx.erase(row, row.tombstone(GONE))).isTrue();
                tx.outbox().enqueue(message);
                tx.append(ns, 0, StoreRows.events(1, 1));
            });

            assertThat(rows(tx -> tx.outbox().claim(9, LONG))).containsExactly(message);
            assertThat(rows(tx -> tx.events(ns, 1, 9))).isEqualTo(StoreRows.events(1, 1));
            write(tx -> tx.keys().put(StoreRows.dataKey(ns, 1)));
            NamespaceRow tombstone = row.tombstone(GONE);
            assertThat(yes(tx -> tx.compareAndSet(
                            tombstone, tombstone.withOutboxHead(2).nextRevision())))
                    .isTrue();
        }

        @Test
        @DisplayName("leaves all as it is if the row's revision is another, or the row is gone")
        void conditional() {
            NamespaceRow old = filled(1);
            NamespaceRow row = old.withLegalHold(true).nextRevision();
            write(tx -> assertThat(tx.compareAndSet(old, row)).isTrue());

            assertThat(erase(old)).isFalse();
            assertWhole(row);
            assertThat(count(tx -> tx.outbox().depth())).isEqualTo(1);
            assertThat(one(tx -> tx.find(GONE))).isEmpty();

            assertThat(erase(row)).isTrue();
            assertThat(erase(row)).isFalse();
            assertThat(erase(StoreRows.namespace(2))).isFalse();
        }

        @Test
        @DisplayName("has the learner free for another namespace, which the former row cannot be taken for")
        void learnerIsFree() {
            NamespaceRow row = inserted(1);
            NamespaceRow next = StoreRows.of(row.learner(), StoreRows.uid(3));
            write(tx -> {
                assertThat(tx.erase(row, row.tombstone(GONE))).isTrue();
                tx.insert(next);
            });

            assertThat(next.revision()).isEqualTo(row.revision());
            assertThat(yes(tx -> tx.compareAndSet(row, row.withCheckpoint(1).nextRevision())))
                    .isFalse();
            assertThat(yes(tx -> tx.erase(row, row.tombstone(LearnerId.of("deleted-2")))))
                    .isFalse();
            assertThat(one(tx -> tx.find(row.learner()))).contains(next);
            assertThat(rows(tx -> tx.namespaces(null, 9))).containsExactly(row.tombstone(GONE), next);
        }

        @Test
        @DisplayName("has its uid taken for good")
        void uidIsTaken() {
            NamespaceRow row = filled(1);
            erase(row);

            assertThatThrownBy(() -> write(tx -> tx.insert(row))).isInstanceOf(AlreadyExistsException.class);
        }

        @Test
        @DisplayName(
                "refuses a tombstone whose learner is taken, and leaves all as it is; its own learner is not taken")
        void learnerIsTaken() {
            NamespaceRow row = filled(1);
            NamespaceRow other = inserted(2);

            assertThatThrownBy(() -> write(tx -> tx.erase(row, row.tombstone(other.learner()))))
                    .isInstanceOf(AlreadyExistsException.class);
            assertWhole(row);
            assertThat(one(tx -> tx.find(other.learner()))).contains(other);

            NamespaceRow tombstone = row.tombstone(row.learner());
            assertThat(yes(tx -> tx.erase(row, tombstone))).isTrue();
            assertErased(row.nsUid());
            assertThat(one(tx -> tx.find(row.learner()))).contains(tombstone);
        }

        @Test
        @DisplayName("has everything again, in its place, if the transaction fails")
        void rolledBack() {
            NamespaceRow row = filled(1);
            write(tx -> tx.outbox().enqueue(StoreRows.message(row.nsUid(), 2)));
            assertThatThrownBy(() -> write(tx -> {
                        assertThat(tx.erase(row, row.tombstone(GONE))).isTrue();
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class);

            assertWhole(row);
            assertThat(one(tx -> tx.find(GONE))).isEmpty();
            assertThat(rows(tx -> tx.outbox().claim(9, LONG))).containsExactly(StoreRows.message(row.nsUid(), 1));
            assertThat(count(tx -> tx.outbox().depth())).isEqualTo(2);
        }

        @Test
        @DisplayName("leaves nothing of what others write to it at the same time, if they change its row as they do so")
        void race() throws Exception {
            NamespaceRow row = filled(1);
            StoreFixture.race(writer -> {
                for (int number = 10; !isErased(); number++) {
                    int revision = number;
                    untilDone(() -> write(
                            tx -> tx.find(row.learner()).ifPresent(now -> eraseOrWrite(tx, now, writer, revision))));
                }
                return 0;
            });

            assertErased(row.nsUid());
            assertThat(count(tx -> tx.outbox().depth())).isZero();
        }

        private boolean isErased() {
            return one(tx -> tx.find(GONE)).isPresent();
        }

        private void eraseOrWrite(StoreTx tx, NamespaceRow now, int writer, int number) {
            boolean done;
            if (writer == 0 && number > 15) {
                done = tx.erase(now, now.tombstone(GONE));
            } else {
                tx.putAdapter(StoreRows.adapter(now.nsUid(), "subject-" + writer, number));
                tx.orphans().remember(now.nsUid(), StoreRows.hash("y", writer, number));
                done = tx.compareAndSet(now, now.nextRevision());
            }
            if (!done) {
                throw new ConflictException("another was first");
            }
            if (writer > 0) {
                tx.scrubs().put(StoreRows.damaged(now.nsUid(), number, writer));
            }
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.Capability;
import io.privatefm.spi.store.DataKeyRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OutboxRow;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The part of the store's contract that says what is kept for good: data keys, and everything over a restart. */
abstract class DataKeyContract extends SetAsideContract {
    @Nested
    @DisplayName("keeps data keys, and")
    class DataKeys {
        private List<DataKeyRow> keys(NsUid namespace) {
            return run(tx -> tx.keys().of(namespace));
        }

        private void put(DataKeyRow row) {
            write(tx -> tx.keys().put(row));
        }

        @Test
        @DisplayName("gives back a namespace's in ascending order of generation, every field as it was written")
        void inOrder() {
            NsUid one = inserted(1).nsUid();
            NsUid two = inserted(2).nsUid();
            assertThat(keys(one)).isEmpty();
            put(StoreRows.dataKey(one, 10));
            put(StoreRows.dataKey(one, 2));
            put(StoreRows.dataKey(two, 1));
            put(StoreRows.dataKey(one, 1));

            assertThat(keys(one))
                    .containsExactly(StoreRows.dataKey(one, 1), StoreRows.dataKey(one, 2), StoreRows.dataKey(one, 10));
            assertThat(keys(two)).containsExactly(StoreRows.dataKey(two, 1));
        }

        @Test
        @DisplayName("refuses a generation that is there, and an id that is, and keeps the first")
        void duplicate() {
            NsUid one = inserted(1).nsUid();
            NsUid two = inserted(2).nsUid();
            DataKeyRow row = StoreRows.dataKey(one, 1);
            put(row);
            DataKeyRow sameGeneration =
                    new DataKeyRow(one, 1, StoreRows.dataKey(one, 2).keyId(), "other", row.createdAt());
            DataKeyRow sameId = new DataKeyRow(two, 1, row.keyId(), "other", row.createdAt());

            assertThatThrownBy(() -> put(sameGeneration)).isInstanceOf(ConflictException.class);
            assertThatThrownBy(() -> put(sameId)).isInstanceOf(ConflictException.class);
            assertThat(keys(one)).containsExactly(row);
            assertThat(keys(two)).isEmpty();
        }

        @Test
        @DisplayName("takes one back with its transaction, and may then be given it again")
        void rolledBack() {
            NsUid ns = inserted(1).nsUid();
            assertThatThrownBy(() -> write(tx -> {
                        tx.keys().put(StoreRows.dataKey(ns, 1));
                        assertThat(tx.keys().of(ns)).hasSize(1);
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(keys(ns)).isEmpty();

            put(StoreRows.dataKey(ns, 1));
            assertThat(keys(ns)).containsExactly(StoreRows.dataKey(ns, 1));
        }

        @Test
        @DisplayName("lets one of eight that add a generation at once win, each time")
        void race() throws Exception {
            NsUid ns = inserted(1).nsUid();
            int generations = 25;
            List<Integer> wins = StoreFixture.race(writer -> {
                int won = 0;
                for (long generation = 1; generation <= generations; generation++) {
                    won += isFirst(StoreRows.dataKey(ns, generation)) ? 1 : 0;
                }
                return won;
            });

            assertThat(wins.stream().mapToInt(Integer::intValue).sum()).isEqualTo(generations);
            assertThat(keys(ns)).hasSize(generations);
        }

        private boolean isFirst(DataKeyRow row) {
            for (boolean there = false; !there; ) {
                try {
                    put(row);
                    return true;
                } catch (ConflictException e) {
                    there = keys(row.nsUid()).contains(row);
                }
            }
            return false;
        }
    }

    @Nested
    @DisplayName("if it says that it is durable,")
    class Durability {
        @Test
        @DisplayName("has everything again after it was closed and opened")
        void reopened() {
            assumeTrue(store().capabilities().contains(Capability.DURABLE), "the store does not say so");
            NamespaceRow row = inserted(1);
            NsUid ns = row.nsUid();
            OutboxRow message = StoreRows.message(ns, 1);
            AuditRow entry = StoreRows.audit("a", 1);
            Lease lease = run(tx -> {
                tx.append(ns, 0, StoreRows.events(1, 2));
                tx.putAdapter(StoreRows.adapter(ns, "math", 1));
                tx.putCheckpoint(StoreRows.checkpoint(ns, 1));
                tx.firstTime("one", "m-1");
                tx.outbox().enqueue(message);
                tx.audit().append(entry);
                tx.audit().putHead(StoreRows.head(1));
                tx.orphans().remember(ns, StoreRows.hash("x", 1, 1));
                tx.keys().put(StoreRows.dataKey(ns, 1));
                tx.setAside(ns, Subject.of("math"), 1);
                tx.scrubs().put(StoreRows.damaged(ns, 2, 1));
                tx.switches().put(StoreRows.stopped("a", 1));
                return tx.leases().acquire("a", "somebody", LONG).orElseThrow();
            });
            reopen();

            assertThat(one(tx -> tx.find(row.learner()))).contains(row);
            assertThat(rows(tx -> tx.events(ns, 1, 9))).isEqualTo(StoreRows.events(1, 2));
            assertThat(rows(tx -> tx.adapters(ns)))
                    .containsExactly(StoreRows.adapter(ns, "math", 1).withSetAside());
            assertThat(one(tx -> tx.checkpoint(ns, 1))).contains(StoreRows.checkpoint(ns, 1));
            assertThat(yes(tx -> tx.firstTime("one", "m-1"))).isFalse();
            assertThat(rows(tx -> tx.outbox().claim(9, LONG))).containsExactly(message);
            assertThat(one(tx -> tx.audit().newest("a"))).contains(entry);
            assertThat(one(tx -> tx.audit().newestHead())).contains(StoreRows.head(1));
            assertThat(rows(tx -> tx.orphans().of(ns))).hasSize(1);
            assertThat(rows(tx -> tx.keys().of(ns))).containsExactly(StoreRows.dataKey(ns, 1));
            assertThat(one(tx -> tx.scrubs().find(ns))).contains(StoreRows.damaged(ns, 2, 1));
            assertThat(one(tx -> tx.switches().find("a"))).contains(StoreRows.stopped("a", 1));
            assertThat(holds(lease)).isTrue();
            assertThat(acquire("a", LONG)).isEmpty();
        }
    }
}

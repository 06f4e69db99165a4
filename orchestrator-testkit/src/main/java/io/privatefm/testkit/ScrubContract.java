/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.ScrubRow;
import io.privatefm.spi.store.ScrubTable.Tally;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The part of the store's contract that says what is known of the soundness of namespaces, and whose turn it is. */
abstract class ScrubContract extends CoordinationContract {
    @Nested
    @DisplayName("keeps what scrubs found out, and")
    class Scrubs {
        private void put(ScrubRow row) {
            write(tx -> tx.scrubs().put(row));
        }

        private Optional<ScrubRow> find(NsUid namespace) {
            return one(tx -> tx.scrubs().find(namespace));
        }

        private List<NamespaceRow> due(long second, int limit) {
            return rows(tx -> tx.scrubs().due(StoreRows.second(second), limit));
        }

        private Tally tally(long second) {
            return run(tx -> tx.scrubs().tally(StoreRows.second(second)));
        }

        private NamespaceRow learner(String id, int number) {
            NamespaceRow row = StoreRows.of(LearnerId.of(id), StoreRows.uid(number));
            write(tx -> tx.insert(row));
            return row;
        }

        private NamespaceRow moved(NamespaceRow row, NamespaceState state) {
            NamespaceRow next = row.withState(state).nextRevision();
            assertThat(yes(tx -> tx.compareAndSet(row, next))).isTrue();
            return next;
        }

        @Test
        @DisplayName("gives back the row of a namespace, every field as it was written, and nothing for one without")
        void roundTrip() {
            NsUid one = inserted(1).nsUid();
            NsUid two = inserted(2).nsUid();
            NsUid three = inserted(3).nsUid();
            ScrubRow sound = StoreRows.sound(one, 1);
            ScrubRow damaged = StoreRows.damaged(two, 5, 3);
            put(sound);
            put(damaged);

            assertThat(find(one)).contains(sound);
            assertThat(find(two)).contains(damaged);
            assertThat(find(three)).isEmpty();
        }

        @Test
        @DisplayName("knows every level, every verdict and details of any length")
        void everyValue() {
            NsUid ns = inserted(1).nsUid();
            for (ScrubLevel level : ScrubLevel.values()) {
                write(tx -> {
                    for (Verdict verdict : Verdict.values()) {
                        ScrubRow row = new ScrubRow(
                                ns,
                                level,
                                StoreRows.second(2),
                                Optional.of(verdict),
                                "{\"found\":\"" + "x".repeat(10_000) + "\"}",
                                Optional.of(StoreRows.second(1)));
                        tx.scrubs().put(row);
                        assertThat(tx.scrubs().find(ns)).contains(row);
                    }
                });
            }
        }

        @Test
        @DisplayName("replaces the row of a namespace, whatever it says, and leaves another's alone")
        void replaces() {
            NsUid ns = inserted(1).nsUid();
            NsUid other = inserted(2).nsUid();
            put(StoreRows.damaged(other, 1, 1));
            for (ScrubRow row : List.of(
                    StoreRows.sound(ns, 2),
                    StoreRows.damaged(ns, 4, 3),
                    StoreRows.sound(ns, 5),
                    StoreRows.sound(ns, 1))) {
                put(row);
                assertThat(find(ns)).contains(row);
            }

            assertThat(find(other)).contains(StoreRows.damaged(other, 1, 1));
        }

        @Test
        @DisplayName("knows the oldest row of the namespaces that are not deleted, however many have none")
        void oldest() {
            assertThat(one(tx -> tx.scrubs().oldest())).isEmpty();
            NamespaceRow deleted = moved(learner("0", 1), NamespaceState.DELETED);
            NamespaceRow one = learner("b", 2);
            NamespaceRow two = learner("c", 3);
            put(StoreRows.sound(deleted.nsUid(), 1));
            assertThat(one(tx -> tx.scrubs().oldest())).isEmpty();
            put(StoreRows.damaged(one.nsUid(), 5, 2));
            put(StoreRows.sound(two.nsUid(), 4));
            write(tx -> {
                for (int i = 0; i < 600; i++) {
                    tx.insert(StoreRows.of(LearnerId.of("a-" + i), StoreRows.uid(100 + i)));
                }
            });

            assertThat(one(tx -> tx.scrubs().oldest())).contains(StoreRows.second(4));
            put(StoreRows.sound(two.nsUid(), 6));
            assertThat(one(tx -> tx.scrubs().oldest())).contains(StoreRows.second(5));
        }

        @Test
        @DisplayName("shows a transaction its own row, and has the one before again if the transaction fails")
        void rolledBack() {
            NsUid first = inserted(1).nsUid();
            NsUid again = inserted(2).nsUid();
            put(StoreRows.sound(again, 1));
            assertThatThrownBy(() -> write(tx -> {
                        tx.scrubs().put(StoreRows.damaged(first, 2, 2));
                        tx.scrubs().put(StoreRows.damaged(again, 2, 2));
                        assertThat(tx.scrubs().find(first)).contains(StoreRows.damaged(first, 2, 2));
                        assertThat(tx.scrubs().due(StoreRows.second(2), 9)).isEmpty();
                        assertThat(tx.scrubs().tally(StoreRows.second(0))).isEqualTo(new Tally(2, 2));
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class);

            assertThat(find(first)).isEmpty();
            assertThat(find(again)).contains(StoreRows.sound(again, 1));
            put(StoreRows.sound(first, 3));
            assertThat(find(first)).contains(StoreRows.sound(first, 3));
        }

        @Test
        @DisplayName("keeps one whole row, the last one, when eight write that of a namespace at once")
        void race() throws Exception {
            NsUid ns = inserted(1).nsUid();
            StoreFixture.race(writer -> {
                for (int number = 0; number < 10; number++) {
                    long second = 100L * writer + number;
                    untilDone(() -> put(StoreRows.damaged(ns, second, second)));
                }
                return 0;
            });

            assertThat(find(ns))
                    .hasValueSatisfying(row -> assertThat(row.foundAt()).contains(row.at()))
                    .map(ScrubRow::at)
                    .get()
                    .isIn(lastOfEach());
        }

        private Object[] lastOfEach() {
            Object[] last = new Object[WRITERS];
            for (int writer = 0; writer < WRITERS; writer++) {
                last[writer] = StoreRows.second(100L * writer + 9);
            }
            return last;
        }

        @Test
        @DisplayName("has those due first that were never scrubbed, in ascending order of learner, by code points")
        void neverScrubbed() {
            List<String> ids = List.of("0", "A", "B", "Z-1", "Z.1", "Z:1", "Z@1", "Z_1", "a", "a-b", "a.b", "ab", "z");
            for (int i = 0; i < ids.size(); i++) {
                learner(ids.get((i * 5) % ids.size()), i);
            }
            put(StoreRows.sound(learner("A-scrubbed", 99).nsUid(), -1_000_000));

            assertThat(due(10, 99))
                    .extracting(row -> row.learner().value())
                    .startsWith(ids.stream().sorted().toArray(String[]::new))
                    .endsWith("A-scrubbed")
                    .hasSize(ids.size() + 1);
        }

        @Test
        @DisplayName("has those due next that were scrubbed longest ago, whatever was found, then in order of learner")
        void oldestFirst() {
            NamespaceRow a = learner("a", 5);
            NamespaceRow upper = learner("B", 4);
            NamespaceRow c = learner("c", 3);
            NamespaceRow d = learner("d", 2);
            NamespaceRow e = learner("e", 1);
            put(StoreRows.sound(a.nsUid(), 7));
            put(StoreRows.damaged(c.nsUid(), 5, 9));
            put(StoreRows.sound(upper.nsUid(), 5));
            put(StoreRows.damaged(d.nsUid(), 2, 1));

            assertThat(due(10, 99)).containsExactly(e, d, upper, c, a);
            assertThat(due(10, 3)).containsExactly(e, d, upper);
            assertThat(due(10, 1)).containsExactly(e);
            put(StoreRows.sound(e.nsUid(), 8));
            assertThat(due(10, 2)).containsExactly(d, upper);
            put(StoreRows.sound(d.nsUid(), 9));
            assertThat(due(10, 99)).containsExactly(upper, c, a, e, d);
        }

        @Test
        @DisplayName("has none due that was scrubbed at the given time or later")
        void before() {
            NamespaceRow one = inserted(1);
            NamespaceRow two = inserted(2);
            put(StoreRows.sound(one.nsUid(), 4));
            put(StoreRows.sound(two.nsUid(), 5));

            assertThat(due(4, 9)).isEmpty();
            assertThat(due(5, 9)).containsExactly(one);
            assertThat(rows(tx -> tx.scrubs().due(StoreRows.second(5).plusNanos(1_000), 9)))
                    .containsExactly(one, two);
        }

        @Test
        @DisplayName("has namespaces of every state due but the deleted, as their rows are now")
        void states() {
            int number = 1;
            for (NamespaceState state : NamespaceState.values()) {
                moved(inserted(number), state);
                NamespaceRow scrubbed = moved(inserted(number + 1), state);
                put(StoreRows.sound(scrubbed.nsUid(), number));
                number += 2;
            }

            assertThat(due(99, 99))
                    .hasSize(2 * (NamespaceState.values().length - 1))
                    .extracting(NamespaceRow::state)
                    .contains(NamespaceState.DELETING, NamespaceState.CORRUPTED, NamespaceState.FALLBACK)
                    .doesNotContain(NamespaceState.DELETED);
        }

        @Test
        @DisplayName("counts the namespaces that are not deleted, and those found damaged at the given time or later")
        void tally() {
            assertThat(tally(0)).isEqualTo(new Tally(0, 0));
            inserted(1);
            put(StoreRows.sound(inserted(2).nsUid(), 5));
            NsUid three = inserted(3).nsUid();
            put(StoreRows.damaged(three, 9, 3));
            put(StoreRows.damaged(inserted(4).nsUid(), 9, 4));
            put(StoreRows.damaged(inserted(5).nsUid(), 1, 4));
            NamespaceRow deleted = inserted(6);
            put(StoreRows.damaged(deleted.nsUid(), 9, 9));

            assertThat(tally(0)).isEqualTo(new Tally(6, 4));
            moved(deleted, NamespaceState.DELETED);
            assertThat(tally(3)).isEqualTo(new Tally(5, 3));
            assertThat(tally(4)).isEqualTo(new Tally(5, 2));
            assertThat(tally(5)).isEqualTo(new Tally(5, 0));
            put(StoreRows.sound(three, 10));
            assertThat(tally(0)).isEqualTo(new Tally(5, 2));
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.store.NamespaceCount;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.Settled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The part of the store's contract that counts namespaces, whether the store does so itself or leaves it to the default method. */
abstract class CountContract extends SwitchContract {
    @Nested
    @DisplayName("counts namespaces, and")
    class Counts {
        private static final long HEAD = 7;
        private int numbers;

        private List<NamespaceCount> counts() {
            return rows(tx -> tx.count());
        }

        /** Another namespace whose newest event is {@value #HEAD}. */
        private NamespaceRow row(NamespaceState state, String release, Optional<Long> settled) {
            NamespaceRow row = StoreRows.namespace(++numbers)
                    .withState(state)
                    .withFoundationRelease(release)
                    .withEventHead(HEAD);
            return settled.map(head -> row.withSettled(new Settled(head, StoreRows.hash("basis", head, 1))))
                    .orElse(row);
        }

        private void insert(NamespaceRow... rows) {
            write(tx -> Stream.of(rows).forEach(tx::insert));
        }

        @Test
        @DisplayName("has nothing to say of an empty store")
        void empty() {
            assertThat(counts()).isEmpty();
        }

        @Test
        @DisplayName("tells states, releases, and those that are due from those that are not")
        void kinds() {
            List<NamespaceCount> expected = new ArrayList<>();
            for (NamespaceState state : NamespaceState.values()) {
                insert(
                        row(state, "r1", Optional.of(HEAD)),
                        row(state, "r1", Optional.of(HEAD - 1)),
                        row(state, "r1", Optional.empty()),
                        row(state, "r2", Optional.of(HEAD)));
                if (state == NamespaceState.ACTIVE || state == NamespaceState.MERGING) {
                    expected.add(new NamespaceCount(state, "r1", false, 1));
                    expected.add(new NamespaceCount(state, "r1", true, 2));
                } else {
                    expected.add(new NamespaceCount(state, "r1", false, 3));
                }
                expected.add(new NamespaceCount(state, "r2", false, 1));
            }

            assertThat(counts()).isEqualTo(expected);
        }

        @Test
        @DisplayName("gives releases in ascending order of code points, whatever the database's collation")
        void order() {
            List<String> releases =
                    List.of("R", "_", "a", "r", "r-1", "r.1", "r1", "r10", "r2", "\uFFFD", "\uD83D\uDE00");
            for (int i = 0; i < releases.size(); i++) {
                insert(row(NamespaceState.ACTIVE, releases.get((i * 4) % releases.size()), Optional.empty()));
            }

            assertThat(counts()).extracting(NamespaceCount::foundationRelease).isEqualTo(releases);
        }

        @Test
        @DisplayName("counts what a deletion leaves as deleted, on its release")
        void tombstones() {
            NamespaceRow row = row(NamespaceState.DELETING, "r1", Optional.of(HEAD));
            insert(row, row(NamespaceState.ACTIVE, "r1", Optional.empty()));

            assertThat(yes(tx -> tx.erase(row, row.tombstone(LearnerId.of("deleted-1")))))
                    .isTrue();

            assertThat(counts())
                    .containsExactly(
                            new NamespaceCount(NamespaceState.ACTIVE, "r1", true, 1),
                            new NamespaceCount(NamespaceState.DELETED, "r1", false, 1));
        }

        @Test
        @DisplayName("counts more of them than anybody reads at once")
        void many() {
            NamespaceRow[] many = Stream.generate(() -> row(NamespaceState.ACTIVE, "r1", Optional.of(HEAD)))
                    .limit(1001)
                    .toArray(NamespaceRow[]::new);
            insert(many);

            assertThat(counts()).containsExactly(new NamespaceCount(NamespaceState.ACTIVE, "r1", false, 1001));
        }

        @Test
        @DisplayName("counts a transaction's own changes, and does not when it has failed")
        void rolledBack() {
            NamespaceRow row = row(NamespaceState.ACTIVE, "r1", Optional.of(HEAD));
            insert(row);
            assertThatThrownBy(() -> write(tx -> {
                        assertThat(tx.compareAndSet(
                                        row, row.withEventHead(HEAD + 1).nextRevision()))
                                .isTrue();
                        tx.insert(row(NamespaceState.CORRUPTED, "r1", Optional.empty()));
                        assertThat(tx.count())
                                .containsExactly(
                                        new NamespaceCount(NamespaceState.ACTIVE, "r1", true, 1),
                                        new NamespaceCount(NamespaceState.CORRUPTED, "r1", false, 1));
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class);

            assertThat(counts()).containsExactly(new NamespaceCount(NamespaceState.ACTIVE, "r1", false, 1));
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.store.SwitchRow;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The part of the store's contract that says what is stopped, and until when. */
abstract class SwitchContract extends ScrubContract {
    @Nested
    @DisplayName("keeps what is stopped, and")
    class Switches {
        private void put(SwitchRow row) {
            write(tx -> tx.switches().put(row));
        }

        private void remove(String name) {
            write(tx -> tx.switches().remove(name));
        }

        private Optional<SwitchRow> find(String name) {
            return one(tx -> tx.switches().find(name));
        }

        @Test
        @DisplayName(
                "gives back why and since when, every field as it was written, and nothing for what is not stopped")
        void roundTrip() {
            SwitchRow longest = new SwitchRow("n".repeat(64), "r".repeat(1000), StoreRows.second(3));
            put(StoreRows.stopped("a", 1));
            put(longest);

            assertThat(find("a")).contains(StoreRows.stopped("a", 1));
            assertThat(find(longest.name())).contains(longest);
            assertThat(find("A")).isEmpty();
            assertThat(find("b")).isEmpty();
        }

        @Test
        @DisplayName("leaves what is stopped already as it is, and goes on in the same transaction")
        void first() {
            put(StoreRows.stopped("a", 1));
            write(tx -> {
                tx.switches().put(StoreRows.stopped("a", 2));
                assertThat(tx.switches().find("a")).contains(StoreRows.stopped("a", 1));
                tx.switches().put(StoreRows.stopped("b", 3));
            });

            assertThat(find("a")).contains(StoreRows.stopped("a", 1));
            assertThat(find("b")).contains(StoreRows.stopped("b", 3));
        }

        @Test
        @DisplayName("lets one thing go on, may stop it again, and does nothing if it was not stopped")
        void removes() {
            put(StoreRows.stopped("a", 1));
            put(StoreRows.stopped("b", 2));
            remove("a");
            remove("c");

            assertThat(find("a")).isEmpty();
            assertThat(find("b")).contains(StoreRows.stopped("b", 2));
            put(StoreRows.stopped("a", 3));
            assertThat(find("a")).contains(StoreRows.stopped("a", 3));
        }

        @Test
        @DisplayName("shows a transaction its own changes, and takes them back if it fails")
        void rolledBack() {
            put(StoreRows.stopped("a", 1));
            assertThatThrownBy(() -> write(tx -> {
                        tx.switches().remove("a");
                        tx.switches().put(StoreRows.stopped("b", 2));
                        assertThat(tx.switches().find("a")).isEmpty();
                        assertThat(tx.switches().find("b")).isPresent();
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class);

            assertThat(find("a")).contains(StoreRows.stopped("a", 1));
            assertThat(find("b")).isEmpty();
        }

        @Test
        @DisplayName("keeps the first of eight reasons, and it stays")
        void race() throws Exception {
            List<Integer> first = StoreFixture.race(writer -> {
                untilDone(() -> put(StoreRows.stopped("a", writer)));
                return find("a").orElseThrow().equals(StoreRows.stopped("a", writer)) ? 1 : 0;
            });

            assertThat(first.stream().mapToInt(Integer::intValue).sum()).isEqualTo(1);
        }
    }
}

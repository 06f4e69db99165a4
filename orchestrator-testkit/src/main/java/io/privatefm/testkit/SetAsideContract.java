/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.AdapterRow;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The part of the store's contract that says what becomes of adapters that go into no merge any more. */
abstract class SetAsideContract extends CountContract {
    @Nested
    @DisplayName("sets an adapter revision aside, and")
    class SetAside {
        private boolean setAside(NsUid namespace, String subject, int revision) {
            return yes(tx -> tx.setAside(namespace, Subject.of(subject), revision));
        }

        private List<AdapterRow> adapters(NsUid namespace) {
            return rows(tx -> tx.adapters(namespace));
        }

        private NsUid filled(int number) {
            NsUid ns = inserted(number).nsUid();
            write(tx -> {
                tx.putAdapter(StoreRows.adapter(ns, "math", 1));
                tx.putAdapter(StoreRows.adapter(ns, "math", 2));
                tx.putAdapter(StoreRows.adapter(ns, "art", 2));
            });
            return ns;
        }

        @Test
        @DisplayName("shows it as such from then on, every other field as it was, and no other adapter")
        void onlyThatOne() {
            NsUid ns = filled(1);
            NsUid other = filled(2);

            assertThat(setAside(ns, "math", 2)).isTrue();

            assertThat(adapters(ns))
                    .containsExactly(
                            StoreRows.adapter(ns, "art", 2),
                            StoreRows.adapter(ns, "math", 2).withSetAside());
            assertThat(adapters(other))
                    .containsExactly(StoreRows.adapter(other, "art", 2), StoreRows.adapter(other, "math", 2));
            assertThat(blobs(tx -> tx.orphans().referenced(ns))).hasSize(6);
        }

        @Test
        @DisplayName("leaves the newest as it is if it was an older one")
        void older() {
            NsUid ns = filled(1);

            assertThat(setAside(ns, "math", 1)).isTrue();

            assertThat(adapters(ns)).containsExactly(StoreRows.adapter(ns, "art", 2), StoreRows.adapter(ns, "math", 2));
        }

        @Test
        @DisplayName("takes the next revision, which is not set aside, and not the same one again")
        void next() {
            NsUid ns = filled(1);
            assertThat(setAside(ns, "math", 2)).isTrue();
            assertThatThrownBy(() -> write(tx -> tx.putAdapter(StoreRows.adapter(ns, "math", 2))))
                    .isInstanceOf(ConflictException.class);
            assertThat(adapters(ns)).contains(StoreRows.adapter(ns, "math", 2).withSetAside());

            write(tx -> tx.putAdapter(StoreRows.adapter(ns, "math", 3)));

            assertThat(adapters(ns)).containsExactly(StoreRows.adapter(ns, "art", 2), StoreRows.adapter(ns, "math", 3));
        }

        @Test
        @DisplayName(
                "says no if there is no such revision of that subject in that namespace, and yes once more if there is")
        void absent() {
            NsUid ns = filled(1);
            NsUid empty = inserted(2).nsUid();

            assertThat(setAside(ns, "math", 3)).isFalse();
            assertThat(setAside(ns, "music", 1)).isFalse();
            assertThat(setAside(ns, "art", 1)).isFalse();
            assertThat(setAside(empty, "math", 1)).isFalse();
            assertThat(adapters(ns)).noneMatch(AdapterRow::setAside);
            assertThat(setAside(ns, "art", 2)).isTrue();
            assertThat(setAside(ns, "art", 2)).isTrue();
            assertThat(adapters(ns)).filteredOn(AdapterRow::setAside).hasSize(1);
        }

        @Test
        @DisplayName("shows it so in the same transaction, and not any more if that fails")
        void rolledBack() {
            NsUid ns = filled(1);
            assertThatThrownBy(() -> write(tx -> {
                        tx.putAdapter(StoreRows.adapter(ns, "music", 1));
                        assertThat(tx.setAside(ns, Subject.of("math"), 2)).isTrue();
                        assertThat(tx.setAside(ns, Subject.of("music"), 1)).isTrue();
                        assertThat(tx.adapters(ns))
                                .filteredOn(AdapterRow::setAside)
                                .hasSize(2);
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class);

            assertThat(adapters(ns)).containsExactly(StoreRows.adapter(ns, "art", 2), StoreRows.adapter(ns, "math", 2));
        }

        @Test
        @DisplayName("keeps one that was set aside before it was written as it is")
        void asWritten() {
            NsUid ns = inserted(1).nsUid();
            AdapterRow row = StoreRows.adapter(ns, "math", 1).withSetAside();
            write(tx -> tx.putAdapter(row));

            assertThat(adapters(ns)).containsExactly(row);
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.Settled;
import io.privatefm.spi.store.StoreTx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What every {@link OrchestratorStore} must do; a store that passes is correct. Extend it and return an empty store:
 *
 * <pre>
 * class MyStoreTest extends OrchestratorStoreContract {
 *     &#64;Override
 *     protected OrchestratorStore emptyStore() { return new MyStore(); }
 * }
 * </pre>
 */
@DisplayName("An orchestrator store")
public abstract class OrchestratorStoreContract extends ErasureContract {
    /** For subclasses. */
    protected OrchestratorStoreContract() {}

    private Optional<NamespaceRow> find(LearnerId learner) {
        return run(tx -> tx.find(learner));
    }

    private boolean compareAndSet(NamespaceRow expected, NamespaceRow next) {
        return run(tx -> tx.compareAndSet(expected, next));
    }

    private List<EventRow> events(NsUid namespace, long fromSeq, int limit) {
        return run(tx -> tx.events(namespace, fromSeq, limit));
    }

    private List<AdapterRow> adapters(NsUid namespace) {
        return run(tx -> tx.adapters(namespace));
    }

    private List<CheckpointRow> checkpoints(NsUid namespace, int limit) {
        return run(tx -> tx.checkpoints(namespace, limit));
    }

    private Optional<CheckpointRow> checkpoint(NsUid namespace, long version) {
        return run(tx -> tx.checkpoint(namespace, version));
    }

    @Nested
    @DisplayName("keeps namespaces, and")
    class Namespaces {
        @Test
        @DisplayName("gives back every field as it was written")
        void roundTrip() {
            NamespaceRow row = inserted(1);

            assertThat(find(row.learner())).contains(row);
        }

        @Test
        @DisplayName("finds nothing for a learner without one")
        void absent() {
            assertThat(find(LearnerId.of("nobody"))).isEmpty();
        }

        @Test
        @DisplayName("refuses a second one for a learner, and keeps the first")
        void secondForLearner() {
            NamespaceRow row = inserted(1);
            NamespaceRow other = StoreRows.namespace(2);
            NamespaceRow second = NamespaceRow.first(row.learner(), other.nsUid(), other.subjects(), "r", "{}");

            assertThatThrownBy(() -> write(tx -> tx.insert(second))).isInstanceOf(AlreadyExistsException.class);
            assertThat(find(row.learner())).contains(row);
        }

        @Test
        @DisplayName("refuses a uid that is taken")
        void secondForUid() {
            NamespaceRow row = inserted(1);
            NamespaceRow other = StoreRows.namespace(2);
            NamespaceRow second = NamespaceRow.first(other.learner(), row.nsUid(), other.subjects(), "r", "{}");

            assertThatThrownBy(() -> write(tx -> tx.insert(second))).isInstanceOf(AlreadyExistsException.class);
            assertThat(find(other.learner())).isEmpty();
        }

        @Test
        @DisplayName(
                "pages through them in ascending order of learner id, by code points, whatever the database's collation")
        void pages() {
            List<String> ids = List.of("0", "A", "B", "Z-1", "Z.1", "Z:1", "Z@1", "Z_1", "a", "a-b", "a.b", "ab", "z");
            for (int i = 0; i < ids.size(); i++) {
                NamespaceRow row = StoreRows.namespace(i);
                String id = ids.get((i * 5) % ids.size());
                write(tx -> tx.insert(StoreRows.of(LearnerId.of(id), row.nsUid())));
            }
            List<String> found = new ArrayList<>();
            @Nullable LearnerId after = null;
            for (List<NamespaceRow> page = page(after); !page.isEmpty(); page = page(after)) {
                assertThat(page).hasSizeLessThanOrEqualTo(4);
                page.forEach(row -> found.add(row.learner().value()));
                after = page.get(page.size() - 1).learner();
            }

            assertThat(found).containsExactlyElementsOf(ids.stream().sorted().toList());
        }

        private List<NamespaceRow> page(@Nullable LearnerId after) {
            return run(tx -> tx.namespaces(after, 4));
        }

        @Test
        @DisplayName("replaces a row whose revision is the expected one")
        void replaces() {
            NamespaceRow row = inserted(1);
            NamespaceRow step = new NamespaceRow(
                    row.learner(),
                    row.nsUid(),
                    List.of(Subject.of("art")),
                    NamespaceState.DELETING,
                    "release-2",
                    "{\"a\":1}",
                    true,
                    7,
                    3,
                    5,
                    Optional.of(new Settled(2, StoreRows.hash("basis", 1, 1))),
                    row.revision() + 1);

            assertThat(compareAndSet(row, step)).isTrue();
            assertThat(find(row.learner())).contains(step);
        }

        @Test
        @DisplayName("leaves a row alone whose revision is another")
        void compareAndSetLost() {
            NamespaceRow row = inserted(1);
            NamespaceRow next = row.withCheckpoint(1).nextRevision();
            write(tx -> assertThat(tx.compareAndSet(row, next)).isTrue());

            assertThat(compareAndSet(row, row.withCheckpoint(2).nextRevision())).isFalse();
            assertThat(find(row.learner())).contains(next);
        }

        @Test
        @DisplayName("says no to a compare-and-set of a row that is not there")
        void compareAndSetAbsent() {
            NamespaceRow row = StoreRows.namespace(1);

            assertThat(compareAndSet(row, row.withCheckpoint(1).nextRevision())).isFalse();
        }
    }

    @Nested
    @DisplayName("keeps event logs, and")
    class Events {
        @Test
        @DisplayName("gives events back in order, from any sequence number on, so many as asked for")
        void roundTrip() {
            NsUid ns = inserted(1).nsUid();
            List<EventRow> events = StoreRows.events(1, 5);
            write(tx -> tx.append(ns, 0, events.subList(0, 2)));
            write(tx -> tx.append(ns, 2, events.subList(2, 5)));

            assertThat(events(ns, 1, 100)).isEqualTo(events);
            assertThat(events(ns, 3, 2)).isEqualTo(events.subList(2, 4));
            assertThat(events(ns, 6, 100)).isEmpty();
        }

        @Test
        @DisplayName("refuses to append behind another head than the newest event")
        void wrongHead() {
            NsUid ns = inserted(1).nsUid();
            write(tx -> tx.append(ns, 0, StoreRows.events(1, 2)));

            assertThatThrownBy(() -> write(tx -> tx.append(ns, 0, StoreRows.events(1, 1))))
                    .isInstanceOf(ConflictException.class);
            assertThatThrownBy(() -> write(tx -> tx.append(ns, 5, StoreRows.events(6, 6))))
                    .isInstanceOf(ConflictException.class);
            assertThat(events(ns, 1, 100)).isEqualTo(StoreRows.events(1, 2));
        }

        @Test
        @DisplayName("keeps the logs of two namespaces apart")
        void apart() {
            NsUid one = inserted(1).nsUid();
            NsUid two = inserted(2).nsUid();
            write(tx -> tx.append(one, 0, StoreRows.events(1, 3)));

            assertThat(events(two, 1, 100)).isEmpty();
        }

        @Test
        @DisplayName("has no gap and no duplicate when eight writers append at once")
        void eightWriters() throws Exception {
            NsUid ns = inserted(1).nsUid();
            int each = 25;
            race(writer -> {
                for (int done = 0; done < each; ) {
                    long head = events(ns, 1, 10_000).size();
                    try {
                        write(tx -> tx.append(ns, head, StoreRows.events(head + 1, head + 1)));
                        done++;
                    } catch (ConflictException e) {
                        // another writer was first: read the head again
                        assertThat(e.retryable()).isTrue();
                    }
                }
                return each;
            });

            assertThat(events(ns, 1, 10_000)).isEqualTo(StoreRows.events(1, (long) WRITERS * each));
        }
    }

    @Nested
    @DisplayName("keeps adapters, and")
    class Adapters {
        @Test
        @DisplayName("gives the newest revision of each subject, every field as it was written, in order of subject")
        void newest() {
            NsUid ns = inserted(1).nsUid();
            AdapterRow math1 = StoreRows.adapter(ns, "math", 1);
            AdapterRow math2 = StoreRows.adapter(ns, "math", 2);
            AdapterRow art = StoreRows.adapter(ns, "art", 1);
            write(tx -> tx.putAdapter(math1));
            write(tx -> {
                tx.putAdapter(math2);
                tx.putAdapter(art);
            });

            assertThat(adapters(ns)).containsExactly(art, math2);
        }

        @Test
        @DisplayName("refuses a revision that is there")
        void duplicate() {
            NsUid ns = inserted(1).nsUid();
            AdapterRow row = StoreRows.adapter(ns, "math", 1);
            write(tx -> tx.putAdapter(row));

            assertThatThrownBy(() -> write(tx -> tx.putAdapter(StoreRows.adapter(ns, "math", 1))))
                    .isInstanceOf(ConflictException.class);
            assertThat(adapters(ns)).containsExactly(row);
        }

        @Test
        @DisplayName("orders subjects by code points")
        void order() {
            NsUid ns = inserted(1).nsUid();
            List<String> subjects = List.of("Z", "a", "ä", "ﾊ", "𐐷");
            for (int i = subjects.size() - 1; i >= 0; i--) {
                String subject = subjects.get(i);
                write(tx -> tx.putAdapter(StoreRows.adapter(ns, subject, 1)));
            }

            assertThat(adapters(ns)).extracting(row -> row.subject().value()).containsExactlyElementsOf(subjects);
        }
    }

    @Nested
    @DisplayName("keeps checkpoints, and")
    class Checkpoints {
        @Test
        @DisplayName("gives them back newest first, or one by its version, every field as it was written")
        void roundTrip() {
            NsUid ns = inserted(1).nsUid();
            CheckpointRow one = StoreRows.checkpoint(ns, 1);
            CheckpointRow two = StoreRows.checkpoint(ns, 2);
            CheckpointRow three = StoreRows.checkpoint(ns, 3);
            List.of(one, two, three).forEach(row -> write(tx -> tx.putCheckpoint(row)));

            assertThat(checkpoints(ns, 2)).containsExactly(three, two);
            assertThat(checkpoint(ns, 1)).contains(one);
            assertThat(checkpoint(ns, 4)).isEmpty();
        }

        @Test
        @DisplayName("finds a checkpoint by the operation that published it, committed ones only")
        void byOperation() {
            NsUid ns = inserted(1).nsUid();
            CheckpointRow row = StoreRows.checkpoint(ns, 1);
            assertThatThrownBy(() -> write(tx -> {
                        tx.putCheckpoint(row);
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(one(tx -> tx.checkpointOf(row.operationId()))).isEmpty();

            write(tx -> tx.putCheckpoint(row));

            assertThat(one(tx -> tx.checkpointOf(row.operationId()))).contains(row);
            assertThat(one(tx -> tx.checkpointOf("another"))).isEmpty();
        }

        @Test
        @DisplayName("refuses a version that is there, and an operation that is")
        void duplicate() {
            NsUid ns = inserted(1).nsUid();
            NsUid other = inserted(2).nsUid();
            CheckpointRow row = StoreRows.checkpoint(ns, 1);
            write(tx -> tx.putCheckpoint(row));

            assertThatThrownBy(() -> write(tx -> tx.putCheckpoint(StoreRows.withOperation(row, ns, 1, "other"))))
                    .isInstanceOf(AlreadyExistsException.class);
            assertThatThrownBy(() ->
                            write(tx -> tx.putCheckpoint(StoreRows.withOperation(row, other, 1, row.operationId()))))
                    .isInstanceOf(AlreadyExistsException.class);
            assertThat(checkpoints(ns, 9)).containsExactly(row);
            assertThat(checkpoints(other, 9)).isEmpty();
        }

        @Test
        @DisplayName("lets one of eight publishers of a version win, each time")
        void eightWriters() throws Exception {
            NamespaceRow row = inserted(1);
            int versions = 10;
            List<Integer> wins = race(writer -> {
                int won = 0;
                for (long version = 1; version <= versions; ) {
                    long wanted = version;
                    try {
                        if (run(tx -> publish(tx, row.learner(), wanted, writer))) {
                            won++;
                        }
                        version++;
                    } catch (ConflictException | AlreadyExistsException e) {
                        version += checkpoint(row.nsUid(), wanted).isPresent() ? 1 : 0;
                    }
                }
                return won;
            });

            assertThat(wins.stream().mapToInt(Integer::intValue).sum()).isEqualTo(versions);
            assertThat(checkpoints(row.nsUid(), 100))
                    .extracting(CheckpointRow::version)
                    .containsExactly(10L, 9L, 8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
        }

        /** As core publishes: read, check, add, compare and set. */
        private boolean publish(StoreTx tx, LearnerId learner, long version, int writer) {
            NamespaceRow now = tx.find(learner).orElseThrow();
            if (now.checkpointVersion() != version - 1) {
                return false;
            }
            tx.putCheckpoint(StoreRows.withOperation(
                    StoreRows.checkpoint(now.nsUid(), version), now.nsUid(), version, version + "-by-" + writer));
            if (!tx.compareAndSet(now, now.withCheckpoint(version).nextRevision())) {
                throw new ConflictException("lost");
            }
            return true;
        }
    }

    @Nested
    @DisplayName("runs transactions, and")
    class Transactions {
        @Test
        @DisplayName("undoes every kind of write when the work throws, and lets the exception out as it is")
        void rollback() {
            NamespaceRow kept = inserted(1);
            NsUid ns = kept.nsUid();
            IllegalStateException failure = new IllegalStateException("on purpose");

            assertThatThrownBy(() -> write(tx -> {
                        tx.insert(StoreRows.namespace(2));
                        tx.append(ns, 0, StoreRows.events(1, 2));
                        tx.putAdapter(StoreRows.adapter(ns, "math", 1));
                        tx.putCheckpoint(StoreRows.checkpoint(ns, 1));
                        tx.compareAndSet(kept, kept.withCheckpoint(1).nextRevision());
                        throw failure;
                    }))
                    .isSameAs(failure);

            assertThat(find(StoreRows.namespace(2).learner())).isEmpty();
            assertThat(find(kept.learner())).contains(kept);
            assertThat(events(ns, 1, 9)).isEmpty();
            assertThat(adapters(ns)).isEmpty();
            assertThat(checkpoints(ns, 9)).isEmpty();
        }

        @Test
        @DisplayName("shows a transaction its own writes")
        void ownWrites() {
            NamespaceRow row = StoreRows.namespace(1);
            write(tx -> {
                tx.insert(row);
                assertThat(tx.find(row.learner())).contains(row);
                tx.append(row.nsUid(), 0, StoreRows.events(1, 1));
                assertThat(tx.events(row.nsUid(), 1, 9)).hasSize(1);
                assertThat(tx.compareAndSet(row, row.withEventHead(1).nextRevision()))
                        .isTrue();
                assertThat(tx.find(row.learner())).contains(row.withEventHead(1).nextRevision());
            });
        }

        @Test
        @DisplayName("lets one of eight writers of a row win, each time, and loses no change")
        void eightWriters() throws Exception {
            NamespaceRow row = inserted(1);
            int each = 25;
            race(writer -> {
                for (int done = 0; done < each; ) {
                    try {
                        done += run(tx -> {
                                    NamespaceRow now = tx.find(row.learner()).orElseThrow();
                                    return tx.compareAndSet(
                                            now,
                                            now.withCheckpoint(now.checkpointVersion() + 1)
                                                    .nextRevision());
                                })
                                ? 1
                                : 0;
                    } catch (ConflictException e) {
                        assertThat(e.retryable()).isTrue();
                    }
                }
                return each;
            });

            NamespaceRow last = find(row.learner()).orElseThrow();
            assertThat(last.checkpointVersion()).isEqualTo((long) WRITERS * each);
            assertThat(last.revision()).isEqualTo(row.revision() + (long) WRITERS * each);
        }
    }
}

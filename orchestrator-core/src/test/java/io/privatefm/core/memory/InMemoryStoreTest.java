/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.ScrubRow;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.SwitchRow;
import io.privatefm.spi.store.VariantRow;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The in-memory store")
class InMemoryStoreTest {
    private static final Instant NOW = Instant.parse("2026-01-01T02:00:00Z");
    private static final NamespaceRow ADA = namespace("ada", "a");
    private static final NamespaceRow BOB = namespace("bob", "b");
    private static final Subject MATH = Subject.of("math");
    private static final Subject READING = Subject.of("reading");

    private final InMemoryStore store = new InMemoryStore(InstantSource.system());

    /** Everything that a transaction can write, on top of what {@link #fill()} has written. */
    private enum Write {
        INSERT(tx -> tx.insert(namespace("carol", "c"))),
        COMPARE_AND_SET(tx -> assertThat(tx.compareAndSet(
                        ADA, ADA.withState(NamespaceState.MERGING).nextRevision()))
                .isTrue()),
        COMPARE_AND_SET_TWICE(tx -> {
            NamespaceRow next = ADA.withState(NamespaceState.MERGING).nextRevision();
            assertThat(tx.compareAndSet(ADA, next)).isTrue();
            assertThat(tx.compareAndSet(
                            next, next.withState(NamespaceState.ACTIVE).nextRevision()))
                    .isTrue();
        }),
        APPEND(tx -> tx.append(ADA.nsUid(), 1, List.of(event(2), event(3)))),
        PUT_FIRST_ADAPTER(tx -> tx.putAdapter(adapter(ADA, READING, 1))),
        PUT_NEXT_ADAPTER(tx -> tx.putAdapter(adapter(ADA, MATH, 2))),
        PUT_CHECKPOINT(tx -> tx.putCheckpoint(checkpoint(ADA, 2, "op-2"))),
        SET_ASIDE(tx -> assertThat(tx.setAside(ADA.nsUid(), MATH, 1)).isTrue()),
        PUT_SCRUB(tx -> tx.scrubs().put(scrub(ADA))),
        PUT_SWITCH(tx -> tx.switches().put(new SwitchRow("merges", "tested", NOW))),
        ALL(tx -> {
            INSERT.run.accept(tx);
            COMPARE_AND_SET.run.accept(tx);
            APPEND.run.accept(tx);
            PUT_FIRST_ADAPTER.run.accept(tx);
            PUT_NEXT_ADAPTER.run.accept(tx);
            PUT_CHECKPOINT.run.accept(tx);
            SET_ASIDE.run.accept(tx);
            PUT_SCRUB.run.accept(tx);
            PUT_SWITCH.run.accept(tx);
        });

        @SuppressWarnings("ImmutableEnumChecker") // the lambdas hold nothing
        private final Consumer<StoreTx> run;

        Write(Consumer<StoreTx> run) {
            this.run = run;
        }
    }

    private void fill() {
        store.inTransaction(tx -> {
            tx.insert(ADA);
            tx.insert(BOB);
            tx.append(ADA.nsUid(), 0, List.of(event(1)));
            tx.putAdapter(adapter(ADA, MATH, 1));
            tx.putCheckpoint(checkpoint(ADA, 1, "op-1"));
            return "done";
        });
    }

    /** All that can be read. */
    private List<Object> everything() {
        return store.inTransaction(tx -> {
            List<Object> all = new ArrayList<>(tx.namespaces(null, 100));
            all.add(tx.switches().find("merges"));
            for (NamespaceRow namespace : tx.namespaces(null, 100)) {
                all.add(tx.find(namespace.learner()));
                all.add(tx.events(namespace.nsUid(), 1, 100));
                all.add(tx.adapters(namespace.nsUid()));
                all.add(tx.checkpoints(namespace.nsUid(), 100));
                all.add(tx.scrubs().find(namespace.nsUid()));
            }
            return all;
        });
    }

    @Nested
    @DisplayName("keeps all writes of a transaction or none:")
    class Atomicity {
        @ParameterizedTest
        @EnumSource(Write.class)
        @DisplayName("they are there after it, and gone when the work throws, whatever it throws")
        void rollback(Write write) {
            fill();
            List<Object> before = everything();

            for (Throwable failure : List.of(
                    new IllegalStateException("mine"), new ConflictException("mine"), new AssertionError("mine"))) {
                assertThatThrownBy(() -> store.inTransaction(tx -> {
                            write.run.accept(tx);
                            throw sneaky(failure);
                        }))
                        .isSameAs(failure);
                assertThat(everything()).isEqualTo(before);
            }

            store.inTransaction(tx -> {
                write.run.accept(tx);
                return "done";
            });
            assertThat(everything()).isNotEqualTo(before);
        }

        @ParameterizedTest
        @EnumSource(Write.class)
        @DisplayName("and what was rolled back can be written again")
        void again(Write write) {
            fill();
            assertThatThrownBy(() -> store.inTransaction(tx -> {
                        write.run.accept(tx);
                        throw new IllegalStateException("mine");
                    }))
                    .hasMessage("mine");

            store.inTransaction(tx -> {
                write.run.accept(tx);
                return "done";
            });
        }

        @Test
        @DisplayName("reads see the transaction's own writes")
        void ownWrites() {
            store.inTransaction(tx -> {
                tx.insert(ADA);
                tx.append(ADA.nsUid(), 0, List.of(event(1)));
                tx.putAdapter(adapter(ADA, MATH, 1));
                tx.putCheckpoint(checkpoint(ADA, 1, "op-1"));
                assertThat(tx.find(ADA.learner())).contains(ADA);
                assertThat(tx.events(ADA.nsUid(), 1, 9)).containsExactly(event(1));
                assertThat(tx.adapters(ADA.nsUid())).containsExactly(adapter(ADA, MATH, 1));
                assertThat(tx.checkpoint(ADA.nsUid(), 1)).contains(checkpoint(ADA, 1, "op-1"));
                return "done";
            });
        }

        @Test
        @DisplayName("a transaction that has ended is of no use")
        void ended() {
            StoreTx leaked = store.inTransaction(tx -> tx);

            Stream.<Consumer<StoreTx>>of(
                            tx -> tx.find(ADA.learner()),
                            tx -> tx.insert(ADA),
                            tx -> tx.namespaces(null, 1),
                            tx -> tx.compareAndSet(ADA, ADA),
                            tx -> tx.append(ADA.nsUid(), 0, List.of()),
                            tx -> tx.events(ADA.nsUid(), 1, 1),
                            tx -> tx.putAdapter(adapter(ADA, MATH, 1)),
                            tx -> tx.adapters(ADA.nsUid()),
                            tx -> tx.setAside(ADA.nsUid(), MATH, 1),
                            StoreTx::scrubs,
                            StoreTx::switches,
                            tx -> tx.putCheckpoint(checkpoint(ADA, 1, "x")),
                            tx -> tx.checkpoint(ADA.nsUid(), 1),
                            tx -> tx.checkpoints(ADA.nsUid(), 1))
                    .forEach(call -> assertThatThrownBy(() -> call.accept(leaked))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage("the transaction has ended"));
        }

        @Test
        @DisplayName("transactions of eight threads do not lose each other's changes")
        void threads() throws Exception {
            store.inTransaction(tx -> {
                tx.insert(ADA);
                return "done";
            });
            ExecutorService pool = Executors.newFixedThreadPool(8);
            try {
                List<Future<Long>> heads = new ArrayList<>();
                for (int i = 0; i < 400; i++) {
                    heads.add(pool.submit(() -> store.inTransaction(tx -> {
                        NamespaceRow now = tx.find(ADA.learner()).orElseThrow();
                        tx.append(ADA.nsUid(), now.eventHead(), List.of(event(now.eventHead() + 1)));
                        assertThat(tx.compareAndSet(
                                        now,
                                        now.withEventHead(now.eventHead() + 1).nextRevision()))
                                .isTrue();
                        return now.eventHead() + 1;
                    })));
                }
                List<Long> found = new ArrayList<>();
                for (Future<Long> head : heads) {
                    found.add(head.get());
                }
                assertThat(found).doesNotHaveDuplicates().hasSize(400).contains(1L, 400L);
            } finally {
                pool.shutdown();
            }
        }
    }

    @Nested
    @DisplayName("refuses")
    class Constraints {
        @Test
        @DisplayName("what a scrub found in a namespace that is not there")
        void scrubs() {
            assertThatThrownBy(() -> store.inTransaction(tx -> {
                        tx.scrubs().put(scrub(ADA));
                        return "done";
                    }))
                    .isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        @DisplayName("a second namespace of a learner, or of a uid")
        void namespaces() {
            fill();

            assertFails(tx -> tx.insert(namespace("ada", "d")), AlreadyExistsException.class, ErrorCode.ALREADY_EXISTS);
            assertFails(
                    tx -> tx.insert(namespace("dora", "a")), AlreadyExistsException.class, ErrorCode.ALREADY_EXISTS);
        }

        @Test
        @DisplayName("events after another head than the newest, be it older or newer")
        void append() {
            fill();

            for (long head : new long[] {0, 2, 100}) {
                assertFails(
                        tx -> tx.append(ADA.nsUid(), head, List.of(event(head + 1))),
                        ConflictException.class,
                        ErrorCode.CONFLICT);
            }
            assertThat(new ConflictException("x").retryable()).isTrue();
        }

        @Test
        @DisplayName("an adapter revision that is there")
        void adapters() {
            fill();

            assertFails(tx -> tx.putAdapter(adapter(ADA, MATH, 1)), ConflictException.class, ErrorCode.CONFLICT);
        }

        @Test
        @DisplayName("a checkpoint whose version or operation id is there")
        void checkpoints() {
            fill();

            assertFails(
                    tx -> tx.putCheckpoint(checkpoint(ADA, 1, "op-9")),
                    AlreadyExistsException.class,
                    ErrorCode.ALREADY_EXISTS);
            assertFails(
                    tx -> tx.putCheckpoint(checkpoint(ADA, 2, "op-1")),
                    AlreadyExistsException.class,
                    ErrorCode.ALREADY_EXISTS);
        }

        @Test
        @DisplayName("an operation id that another namespace's checkpoint has: it is unique among all checkpoints")
        void operationIdOfAnother() {
            fill();

            assertFails(
                    tx -> tx.putCheckpoint(checkpoint(BOB, 1, "op-1")),
                    AlreadyExistsException.class,
                    ErrorCode.ALREADY_EXISTS);
        }

        @Test
        @DisplayName("a change of a row that has changed or is not there: false, and nothing is written")
        void compareAndSet() {
            fill();
            NamespaceRow next = ADA.withState(NamespaceState.MERGING).nextRevision();
            store.inTransaction(tx -> tx.compareAndSet(ADA, next));
            List<Object> before = everything();

            assertThat(store.<Boolean>inTransaction(tx -> tx.compareAndSet(
                            ADA, ADA.withState(NamespaceState.DELETING).nextRevision())))
                    .isFalse();
            NamespaceRow unknown = namespace("nobody", "e");
            assertThat(store.<Boolean>inTransaction(tx -> tx.compareAndSet(
                            unknown, unknown.withState(NamespaceState.DELETING).nextRevision())))
                    .isFalse();
            assertThat(everything()).isEqualTo(before);
        }

        private void assertFails(Consumer<StoreTx> write, Class<? extends PfmException> kind, ErrorCode code) {
            List<Object> before = everything();
            assertThatThrownBy(() -> store.inTransaction(tx -> {
                        write.accept(tx);
                        return "done";
                    }))
                    .isInstanceOf(kind)
                    .isInstanceOfSatisfying(
                            PfmException.class, e -> assertThat(e.code()).isEqualTo(code));
            assertThat(everything()).isEqualTo(before);
        }
    }

    @Nested
    @DisplayName("reads")
    class Reads {
        @Test
        @DisplayName("namespaces in order of learner, a page at a time")
        void pages() {
            List<String> learners = List.of("b", "a-1", "Z", "a", "a.1", "c");
            store.inTransaction(tx -> {
                learners.forEach(
                        learner -> tx.insert(namespace(learner, Integer.toHexString(learners.indexOf(learner)))));
                return "done";
            });

            List<String> found = new ArrayList<>();
            LearnerId after = null;
            for (; ; ) {
                LearnerId from = after;
                List<NamespaceRow> page = store.inTransaction(tx -> tx.namespaces(from, 2));
                if (page.isEmpty()) {
                    break;
                }
                assertThat(page).hasSizeLessThanOrEqualTo(2);
                page.forEach(row -> found.add(row.learner().value()));
                after = page.get(page.size() - 1).learner();
            }
            assertThat(found).containsExactly("Z", "a", "a-1", "a.1", "b", "c");
        }

        @Test
        @DisplayName("each namespace's own events, adapters and checkpoints")
        void isolation() {
            fill();

            store.inTransaction(tx -> {
                assertThat(tx.events(BOB.nsUid(), 1, 9)).isEmpty();
                assertThat(tx.adapters(BOB.nsUid())).isEmpty();
                assertThat(tx.checkpoints(BOB.nsUid(), 9)).isEmpty();
                assertThat(tx.checkpoint(BOB.nsUid(), 1)).isEmpty();
                tx.append(BOB.nsUid(), 0, List.of(event(1)));
                tx.putAdapter(adapter(BOB, MATH, 1));
                tx.putCheckpoint(checkpoint(BOB, 1, "op-b"));
                assertThat(tx.adapters(ADA.nsUid())).containsExactly(adapter(ADA, MATH, 1));
                assertThat(tx.checkpoints(ADA.nsUid(), 9)).containsExactly(checkpoint(ADA, 1, "op-1"));
                return "done";
            });
        }

        @Test
        @DisplayName("the newest adapter of each subject in order of subject, and the newest checkpoints first")
        void newest() {
            fill();
            store.inTransaction(tx -> {
                tx.putAdapter(adapter(ADA, READING, 1));
                tx.putAdapter(adapter(ADA, MATH, 2));
                tx.putAdapter(adapter(ADA, Subject.of("Art"), 1));
                tx.putCheckpoint(checkpoint(ADA, 2, "op-2"));
                tx.putCheckpoint(checkpoint(ADA, 3, "op-3"));
                return "done";
            });

            store.inTransaction(tx -> {
                assertThat(tx.adapters(ADA.nsUid()))
                        .containsExactly(
                                adapter(ADA, Subject.of("Art"), 1), adapter(ADA, MATH, 2), adapter(ADA, READING, 1));
                assertThat(tx.checkpoints(ADA.nsUid(), 2))
                        .containsExactly(checkpoint(ADA, 3, "op-3"), checkpoint(ADA, 2, "op-2"));
                assertThat(tx.checkpoint(ADA.nsUid(), 2)).contains(checkpoint(ADA, 2, "op-2"));
                assertThat(tx.checkpoint(ADA.nsUid(), 4)).isEmpty();
                return "done";
            });
        }

        @Test
        @DisplayName("events from a sequence number on, at most as many as asked for")
        void events() {
            fill();
            store.inTransaction(tx -> {
                tx.append(ADA.nsUid(), 1, List.of(event(2), event(3), event(4)));
                return "done";
            });

            store.inTransaction(tx -> {
                assertThat(tx.events(ADA.nsUid(), 2, 2)).containsExactly(event(2), event(3));
                assertThat(tx.events(ADA.nsUid(), 4, 100)).containsExactly(event(4));
                assertThat(tx.events(ADA.nsUid(), 5, 100)).isEmpty();
                return "done";
            });
        }
    }

    @Test
    @DisplayName("is named memory and survives being closed twice")
    void named() {
        assertThat(store.name()).isEqualTo("memory");
        store.close();
        store.close();
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // the usual way to throw what is not declared
    private static <T extends Throwable> RuntimeException sneaky(Throwable failure) throws T {
        @SuppressWarnings("unchecked")
        T thrown = (T) failure;
        throw thrown;
    }

    private static NamespaceRow namespace(String learner, String hexDigit) {
        return NamespaceRow.first(
                LearnerId.of(learner),
                new NsUid(hexDigit.repeat(32)),
                List.of(Subject.of("math"), Subject.of("reading")),
                "r1",
                "{}");
    }

    private static EventRow event(long seq) {
        return new EventRow(seq, "TYPE", 1, "{}", NOW.plusSeconds(seq));
    }

    private static AdapterRow adapter(NamespaceRow namespace, Subject subject, int revision) {
        return new AdapterRow(
                namespace.nsUid(),
                subject,
                revision,
                sha("digest " + revision),
                sha("config"),
                sha("weights"),
                7,
                Optional.empty(),
                NOW);
    }

    private static ScrubRow scrub(NamespaceRow namespace) {
        return new ScrubRow(
                namespace.nsUid(), ScrubLevel.L2, NOW, Optional.of(Verdict.BIT_ROT), "{\"a\":1}", Optional.of(NOW));
    }

    private static CheckpointRow checkpoint(NamespaceRow namespace, long version, String operation) {
        return new CheckpointRow(
                namespace.nsUid(),
                version,
                operation,
                sha("checkpoint " + version),
                sha("manifest " + version),
                "r1",
                sha("foundation"),
                List.of(new VariantRow("math", sha("content"), sha("plan"), Layout.DELTA, sha("blob"), 5, 1)),
                NOW);
    }

    private static Sha256 sha(String text) {
        return Sha256.of(MerkleTree.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}

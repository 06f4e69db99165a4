/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.SequencedAuditRow;
import io.privatefm.spi.store.TreeHeadRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Which index is the first bad one: the altered entry where its own fields betray it; otherwise either the first entry whose
 * fields betray what was done before it, or, if a signed head comes first, the first entry after the last good signed head.
 */
@DisplayName("Tampering with the audit log is found")
class AuditVerifierTest {
    private static final int LOGS = 4;
    private static final int PER_LOG = 16;

    private final Random random = new Random(TestSeed.of(getClass()));
    private AuditFixture audit;
    private AuditTamper log;
    private List<SequencedAuditRow> original;

    /** What is done to the log. Each answers with the index that must come out, or -1 where the rule above is the answer. */
    enum Kind {
        EDIT_FIELD {
            @Override
            long apply(AuditVerifierTest test) {
                int at = test.anywhere();
                test.log.set(at, edited(test.log.row(at), test.random.nextInt(10), test.random));
                return at;
            }
        },
        EDIT_AND_SEAL_AGAIN {
            @Override
            long apply(AuditVerifierTest test) {
                int at = test.anywhere();
                AuditRow edited = edited(test.log.row(at), 4 + test.random.nextInt(6), test.random);
                test.log.set(at, leaf(edited, AuditLeaf.hash(edited)));
                return -1;
            }
        },
        EDIT_AND_RECOMPUTE_ALL {
            @Override
            long apply(AuditVerifierTest test) {
                int at = test.anywhere();
                test.log.set(at, edited(test.log.row(at), 4 + test.random.nextInt(6), test.random));
                test.log.rechain();
                return test.lastGoodHead(at);
            }
        },
        RECOMPUTE_ALL_AND_FORGE_HEADS {
            @Override
            long apply(AuditVerifierTest test) {
                long good = EDIT_AND_RECOMPUTE_ALL.apply(test);
                test.log.heads.replaceAll(head -> test.head(
                        head.size(),
                        test.log.root(head.size()),
                        head.size() <= good ? head.note() : otherKey(test, head)));
                return good;
            }
        },
        RECOMPUTE_ALL_WITH_THE_KEY {
            @Override
            long apply(AuditVerifierTest test) {
                long good = EDIT_AND_RECOMPUTE_ALL.apply(test);
                test.log.heads.replaceAll(head -> {
                    Sha256 root = test.log.root(head.size());
                    return test.head(
                            head.size(), root, test.audit.sign(new TreeHead(AuditFixture.ORIGIN, head.size(), root)));
                });
                return good; // anchors stand against it
            }
        },
        DELETE {
            @Override
            long apply(AuditVerifierTest test) {
                int at = test.anywhere();
                test.log.entries.remove(at);
                return at;
            }
        },
        DELETE_AND_CLOSE_UP {
            @Override
            long apply(AuditVerifierTest test) {
                test.log.entries.remove(test.anywhere());
                test.log.renumber();
                return -1;
            }
        },
        DELETE_AND_RECOMPUTE_ALL {
            @Override
            long apply(AuditVerifierTest test) {
                int at = test.anywhere();
                test.log.entries.remove(at);
                test.log.renumber();
                test.log.rechain();
                return at == test.log.entries.size() ? at : -1;
            }
        },
        INSERT {
            @Override
            long apply(AuditVerifierTest test) {
                int at = test.random.nextInt(test.log.entries.size() + 1);
                AuditRow model = test.log.row(test.anywhere());
                test.log.entries.add(at, new SequencedAuditRow(at, edited(model, 7, test.random)));
                test.log.renumber();
                if (test.random.nextBoolean()) {
                    test.log.rechain();
                    return -1;
                }
                return at < test.original.size() ? at : test.original.size();
            }
        },
        SWAP {
            @Override
            long apply(AuditVerifierTest test) {
                int one = test.anywhere();
                int other = (one + 1 + test.random.nextInt(test.log.entries.size() - 1)) % test.log.entries.size();
                Collections.swap(test.log.entries, one, other);
                test.log.renumber();
                return -1;
            }
        },
        REORDER {
            @Override
            long apply(AuditVerifierTest test) {
                Collections.rotate(test.log.entries.subList(test.random.nextInt(3), test.log.entries.size()), 1);
                test.log.renumber();
                if (test.random.nextBoolean()) {
                    test.log.rechain();
                }
                return -1;
            }
        },
        TRUNCATE {
            @Override
            long apply(AuditVerifierTest test) {
                int size = test.anywhere();
                test.log.entries.subList(size, test.log.entries.size()).clear();
                test.log.heads.removeIf(head -> head.size() > size);
                test.log.waiting.clear();
                return size;
            }
        },
        SET_BACK {
            @Override
            long apply(AuditVerifierTest test) {
                int run = test.random.nextInt(test.log.heads.size() - 1);
                int size = (int) test.log.heads.get(run).size();
                List<SequencedAuditRow> later = test.log.entries.subList(size, test.log.entries.size());
                test.log.waiting.clear(); // what was placed later may have been waiting at that time
                later.subList(0, test.random.nextInt(later.size())).forEach(entry -> test.log.waiting.add(entry.row()));
                later.clear();
                test.log.heads.subList(run + 1, test.log.heads.size()).clear();
                return size;
            }
        },
        FORGE_HEAD {
            @Override
            long apply(AuditVerifierTest test) {
                int at = test.random.nextInt(test.log.heads.size());
                TreeHeadRow head = test.log.heads.get(at);
                Sha256 root = new Sha256(1, 2, 3, test.random.nextLong());
                String note = test.random.nextBoolean()
                        ? head.note()
                        : test.audit.sign(new TreeHead("example.org/other", head.size(), root));
                test.log.heads.set(at, test.head(head.size(), root, note));
                return test.lastGoodHead(head.size() - 1);
            }
        },
        DAMAGE_HEADS_NOTE {
            @Override
            long apply(AuditVerifierTest test) {
                int at = test.random.nextInt(test.log.heads.size());
                TreeHeadRow head = test.log.heads.get(at);
                StringBuilder note = new StringBuilder(head.note());
                note.deleteCharAt(test.random.nextInt(note.length()));
                test.log.heads.set(at, test.head(head.size(), head.root(), note.toString()));
                return test.lastGoodHead(head.size() - 1);
            }
        },
        INVENT_HEAD {
            @Override
            long apply(AuditVerifierTest test) {
                long size = test.log.entries.size() + 1L + test.random.nextInt(100);
                TreeHeadRow newest = test.log.heads.get(test.log.heads.size() - 1);
                test.log.heads.add(test.head(size, newest.root(), newest.note()));
                return test.log.entries.size();
            }
        };

        /** Does it to the test's log. */
        abstract long apply(AuditVerifierTest test);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    @DisplayName("whatever is done, and at its first bad entry")
    void found(Kind kind) {
        for (int round = 0; round < LOGS; round++) {
            audit = AuditFixture.filled(random);
            original = new AuditTamper(audit.store).entries;
            for (int tampering = 0; tampering < PER_LOG; tampering++) {
                log = new AuditTamper(audit.store);
                long expected = kind.apply(this);
                if (log.entries.equals(original) && log.heads.equals(audit.heads())) {
                    continue; // as when the only entry of its kind was moved to where it was
                }
                AuditVerdict verdict = audit.verify(log);
                assertThat(verdict).isInstanceOf(AuditVerdict.Tampered.class);
                long index = ((AuditVerdict.Tampered) verdict).index();
                if (expected >= 0) {
                    assertThat(index).as(verdict.toString()).isEqualTo(expected);
                } else {
                    int first = firstDifference();
                    assertThat(index == lastGoodHead(first) || (first <= index && index < nextHead(first)))
                            .as(verdict + ", altered from " + first)
                            .isTrue();
                }
            }
        }
    }

    @Test
    @DisplayName("in anchors: those without this log's signature say nothing about where, those with it do")
    void anchors() {
        for (int round = 0; round < 20; round++) {
            audit = AuditFixture.filled(random);
            log = new AuditTamper(audit.store);
            List<String> anchored = new ArrayList<>(audit.anchors.anchored());
            int at = random.nextInt(anchored.size());
            TreeHeadRow head = log.heads.get(at);
            StringBuilder note = new StringBuilder(anchored.get(at));
            note.setCharAt(random.nextInt(note.length()), '#');
            List<String> damaged = new ArrayList<>(anchored);
            damaged.set(at, note.toString());
            assertIndex(audit.verify(log, damaged), 0);

            anchored.set(at, audit.sign(new TreeHead(AuditFixture.ORIGIN, head.size(), new Sha256(1, 2, 3, 4))));
            assertIndex(audit.verify(log, anchored), lastGoodHead(head.size() - 1));
            log.heads.remove(at);
            assertIndex(audit.verify(log, anchored), lastGoodHead(head.size() - 1));
        }
    }

    @Test
    @DisplayName("in entries that have no place yet, by their chains")
    void waiting() {
        audit = AuditFixture.filled(random);
        audit.sequencer(audit.store).run();
        for (int i = 0; i < 6; i++) {
            audit.append("ns:" + i % 2, "waiting");
        }
        int size = new AuditTamper(audit.store).entries.size();
        for (int at = 0; at < 6; at++) {
            log = new AuditTamper(audit.store);
            log.waiting.set(at, edited(log.waiting.get(at), random.nextInt(10), random));
            assertIndex(audit.verify(log), size + at);
            if (at < 4) { // nothing follows the last of each chain
                log = new AuditTamper(audit.store);
                log.waiting.remove(at);
                assertIndex(audit.verify(log), size + at + 1);
            }
        }
    }

    @Test
    @DisplayName("in values that no entry can have")
    void impossible() {
        audit = AuditFixture.filled(random);
        for (Instant at : List.of(Instant.MIN, Instant.MAX)) {
            log = new AuditTamper(audit.store);
            AuditRow row = log.row(2);
            log.set(2, row(row, row.actor(), at));
            assertIndex(audit.verify(log), 2);
        }
        log = new AuditTamper(audit.store);
        log.set(1, row(log.row(1), "\uD800", log.row(1).at()));
        assertIndex(audit.verify(log), 1);
    }

    private static AuditRow row(AuditRow row, String actor, Instant at) {
        return new AuditRow(
                row.chain(),
                row.seq(),
                row.previous(),
                row.leaf(),
                actor,
                row.action(),
                row.outcome(),
                row.operationId(),
                row.details(),
                at);
    }

    private static void assertIndex(AuditVerdict verdict, long index) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        AuditVerdict.Tampered.class,
                        tampered -> assertThat(tampered.index())
                                .as(tampered.reason())
                                .isEqualTo(index));
    }

    private static AuditRow edited(AuditRow row, int field, Random random) {
        Sha256 hash = new Sha256(random.nextLong(), 2, 3, 4);
        return new AuditRow(
                field == 0 ? row.chain() + "x" : row.chain(),
                field == 1 ? row.seq() + 1 : row.seq(),
                field == 2 ? hash : row.previous(),
                field == 3 ? hash : row.leaf(),
                field == 4 ? "guardian" : row.actor(),
                field == 5 ? row.action() + " " : row.action(),
                field == 6 ? "DENIED" : row.outcome(),
                field == 7 ? "op-x" + random.nextLong() : row.operationId(),
                field == 8 ? "{}" : row.details(),
                field == 9 ? row.at().plusNanos(1_000) : row.at());
    }

    private static AuditRow leaf(AuditRow row, Sha256 leaf) {
        return new AuditRow(
                row.chain(),
                row.seq(),
                row.previous(),
                leaf,
                row.actor(),
                row.action(),
                row.outcome(),
                row.operationId(),
                row.details(),
                row.at());
    }

    private static String otherKey(AuditVerifierTest test, TreeHeadRow head) {
        return new TreeHead(AuditFixture.ORIGIN, head.size(), test.log.root(head.size())).sign(AuditKey.other());
    }

    private TreeHeadRow head(long size, Sha256 root, String note) {
        return new TreeHeadRow(size, root, note, Instant.EPOCH);
    }

    private int anywhere() {
        return random.nextInt(log.entries.size());
    }

    /** Size of the last head that was signed before the entry of this index was placed. */
    private long lastGoodHead(long index) {
        return audit.heads().stream()
                .mapToLong(TreeHeadRow::size)
                .filter(size -> size <= index)
                .max()
                .orElse(0);
    }

    private long nextHead(long index) {
        return audit.heads().stream()
                .mapToLong(TreeHeadRow::size)
                .filter(size -> size > index)
                .min()
                .orElse(index + 1);
    }

    private int firstDifference() {
        int index = 0;
        while (index < original.size()
                && index < log.entries.size()
                && original.get(index).equals(log.entries.get(index))) {
            index++;
        }
        return index;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.store.Lease;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The part of the store's contract that says who may do something alone: leases, and the clock that they go by. */
abstract class LeaseContract extends StoreFixture {
    static final Duration LONG = Duration.ofHours(1);
    static final Duration AN_INSTANT = Duration.ofNanos(1_000);

    final Optional<Lease> acquire(String name, Duration ttl) {
        return run(tx -> tx.leases().acquire(name, "somebody", ttl));
    }

    final boolean holds(Lease lease) {
        return run(tx -> tx.leases().lock(lease));
    }

    private Lease seize(String name) {
        return run(tx -> tx.leases().seize(name, "somebody else", LONG));
    }

    @Nested
    @DisplayName("gives out leases, and")
    class Leases {
        @Test
        @DisplayName("gives the first of a name the fence 1, and an end that lies in the future of its clock")
        void first() {
            Lease lease = acquire("a", LONG).orElseThrow();

            assertThat(lease.name()).isEqualTo("a");
            assertThat(lease.holder()).isEqualTo("somebody");
            assertThat(lease.fence()).isEqualTo(1);
            assertThat(lease.expiresAt()).isAfter(now());
            assertThat(holds(lease)).isTrue();
        }

        @Test
        @DisplayName("gives it to nobody else, not even to the same holder, while it lasts")
        void exclusive() {
            Lease lease = acquire("a", LONG).orElseThrow();

            assertThat(acquire("a", LONG)).isEmpty();
            assertThat(acquire("b", LONG)).isPresent();
            assertThat(holds(lease)).isTrue();
        }

        @Test
        @DisplayName("gives it to another when it has expired, with the next fence, and the old one is stale then")
        void expired() {
            Lease old = acquire("a", AN_INSTANT).orElseThrow();
            Lease next = eventually(() -> acquire("a", LONG));

            assertThat(next.fence()).isEqualTo(2);
            assertThat(holds(next)).isTrue();
            assertThat(holds(old)).isFalse();
            assertThat(yes(tx -> tx.leases().renew(old, LONG))).isFalse();
            write(tx -> tx.leases().release(old));
            assertThat(holds(next)).isTrue();
        }

        @Test
        @DisplayName("renews one that has expired, as long as nobody else took it")
        void renewed() {
            Lease lease = acquire("a", AN_INSTANT).orElseThrow();

            assertThat(holds(lease)).isTrue();
            assertThat(yes(tx -> tx.leases().renew(lease, LONG))).isTrue();
            assertThat(acquire("a", LONG)).isEmpty();
        }

        @Test
        @DisplayName("gives a released one to the next at once, with a higher fence, and never back to who released it")
        void released() {
            Lease lease = acquire("a", LONG).orElseThrow();
            write(tx -> tx.leases().release(lease));

            assertThat(holds(lease)).isFalse();
            assertThat(yes(tx -> tx.leases().renew(lease, LONG))).isFalse();
            assertThat(acquire("a", LONG).orElseThrow().fence()).isEqualTo(2);
        }

        @Test
        @DisplayName("takes an acquisition back with its transaction")
        void rolledBack() {
            assertThatThrownBy(() -> write(tx -> {
                        assertThat(tx.leases().acquire("a", "somebody", LONG)).isPresent();
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class);

            assertThat(acquire("a", LONG)).isPresent();
        }

        @Test
        @DisplayName("gives each to one of eight that ask at once, the first time and after each release")
        void race() throws Exception {
            int each = 25;
            List<Integer> rounds = StoreFixture.race(writer -> {
                int taken = 0;
                for (int tries = 0; tries < each; tries++) {
                    Optional<Lease> lease = attempt("a");
                    if (lease.isPresent()) {
                        taken++;
                        untilDone(() -> write(tx -> tx.leases().release(lease.get())));
                    }
                }
                return taken;
            });
            long fences = rounds.stream().mapToInt(Integer::intValue).sum();

            assertThat(fences).isPositive();
            assertThat(acquire("a", LONG).orElseThrow().fence()).isEqualTo(fences + 1);
        }

        @Test
        @DisplayName("takes it away from whoever has it when it is seized, and the former holder is stale then")
        void seized() {
            Lease old = acquire("a", LONG).orElseThrow();
            Lease next = seize("a");

            assertThat(next.name()).isEqualTo("a");
            assertThat(next.holder()).isEqualTo("somebody else");
            assertThat(next.fence()).isEqualTo(2);
            assertThat(next.expiresAt()).isAfter(now());
            assertThat(holds(next)).isTrue();
            assertThat(holds(old)).isFalse();
            assertThat(yes(tx -> tx.leases().renew(old, LONG))).isFalse();
            write(tx -> tx.leases().release(old));
            assertThat(holds(next)).isTrue();
            assertThat(acquire("a", LONG)).isEmpty();
        }

        @Test
        @DisplayName(
                "gives one to who seizes it also when nobody has it: with the fence 1 at first, with the next later")
        void seizedFromNobody() {
            Lease first = seize("a");
            assertThat(first.fence()).isEqualTo(1);
            assertThat(holds(first)).isTrue();
            write(tx -> tx.leases().release(first));

            assertThat(seize("a").fence()).isEqualTo(2);
            assertThat(seize("a").fence()).isEqualTo(3);
            assertThat(seize("b").fence()).isEqualTo(1);
        }

        @Test
        @DisplayName("gives one that was seized back to its holder if the transaction fails")
        void seizureRolledBack() {
            Lease lease = acquire("a", LONG).orElseThrow();
            assertThatThrownBy(() -> write(tx -> {
                        tx.leases().seize("a", "somebody else", LONG);
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class);

            assertThat(holds(lease)).isTrue();
            assertThat(seize("a").fence()).isEqualTo(2);
        }

        @Test
        @DisplayName("seizes one that a transaction has locked when that has ended, and sees what it did")
        void seizureWaits() throws Exception {
            Lease lease = acquire("a", LONG).orElseThrow();
            ExecutorService other = Executors.newSingleThreadExecutor();
            try {
                AtomicBoolean ended = new AtomicBoolean();
                Future<Lease> seizure = run(tx -> {
                    assertThat(tx.leases().lock(lease)).isTrue();
                    Future<Lease> waiting = other.submit(() -> eventually(() -> seizeOnce(ended)));
                    assertThat(tx.firstTime("one", "m-1")).isTrue();
                    ended.set(true);
                    return waiting;
                });

                assertThat(seizure.get(60, TimeUnit.SECONDS).fence()).isEqualTo(2);
                assertThat(holds(lease)).isFalse();
            } finally {
                other.shutdownNow();
            }
        }

        /** Empty after a conflict, which every transaction may end in. */
        private Optional<Lease> seizeOnce(AtomicBoolean ended) {
            try {
                return run(tx -> {
                    Lease next = tx.leases().seize("a", "somebody else", LONG);
                    assertThat(ended).isTrue();
                    assertThat(tx.firstTime("one", "m-1")).isFalse();
                    return Optional.of(next);
                });
            } catch (ConflictException e) {
                return Optional.empty();
            }
        }

        @Test
        @DisplayName("gives each of eight that seize it at once a fence of its own, without a gap")
        void seizeRace() throws Exception {
            int each = 25;
            List<Long> fences = Collections.synchronizedList(new ArrayList<>());
            StoreFixture.race(writer -> {
                for (int round = 0; round < each; round++) {
                    untilDone(() -> fences.add(seize("a").fence()));
                }
                return each;
            });

            assertThat(fences)
                    .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, (long) WRITERS * each)
                            .boxed()
                            .toList());
        }

        private Optional<Lease> attempt(String name) {
            try {
                return acquire(name, LONG);
            } catch (ConflictException e) {
                return Optional.empty();
            }
        }
    }

    @Nested
    @DisplayName("has a clock that")
    class Clock {
        @Test
        @DisplayName("does not go back from one transaction to the next, and counts microseconds")
        void forward() {
            Instant before = now();
            Instant after = now();

            assertThat(after).isAfterOrEqualTo(before);
            assertThat(after).isEqualTo(after.truncatedTo(ChronoUnit.MICROS));
        }
    }
}

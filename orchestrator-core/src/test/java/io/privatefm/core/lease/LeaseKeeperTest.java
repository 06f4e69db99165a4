/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.ManualTime;
import io.privatefm.core.SteppedStore;
import io.privatefm.core.SteppedStore.Fate;
import io.privatefm.core.memory.InMemoryStore;
import io.privatefm.core.night.ManualTimer;
import io.privatefm.spi.store.Lease;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A kept lease")
class LeaseKeeperTest {
    private static final Duration TTL = Duration.ofSeconds(60);

    private final ManualTime time = new ManualTime();
    private final InMemoryStore memory = new InMemoryStore(time);
    private final SteppedStore store = new SteppedStore(memory);
    private final ManualTimer timer = new ManualTimer();
    private final LeaseKeeper keeper = new LeaseKeeper(store, timer, "one", TTL);

    @Test
    @DisplayName("is renewed every third of its time, for as long as the work goes on")
    void renewed() {
        try (LeaseKeeper.Kept kept = keeper.keep(acquire("one").orElseThrow())) {
            assertThat(timer.periods()).containsExactly(20_000L);
            for (int i = 0; i < 30; i++) {
                time.advance(Duration.ofSeconds(20));
                timer.tick();
                assertThat(acquire("other")).isEmpty();
                assertThat(kept.lost()).isFalse();
            }
            time.advance(TTL.minusNanos(1_000));
            assertThat(acquire("other")).isEmpty();
        }
    }

    @Test
    @DisplayName("is not renewed after its end, nor given back by it")
    void ended() {
        LeaseKeeper.Kept kept = keeper.keep(acquire("one").orElseThrow());
        kept.close();
        kept.close();
        assertThat(timer.periods()).isEmpty();
        store.restart();
        timer.tick();
        assertThat(store.count()).isZero();
        assertThat(acquire("other")).isEmpty();
        assertThat(kept.lost()).isFalse();

        time.advance(TTL);
        assertThat(acquire("other").orElseThrow().fence())
                .isEqualTo(kept.lease().fence() + 1);
    }

    @Test
    @DisplayName("is lost when another has it, and left to that one")
    void lost() {
        LeaseKeeper.Kept kept = keeper.keep(acquire("one").orElseThrow());
        time.advance(TTL);
        Lease others = acquire("other").orElseThrow();
        assertThat(kept.lost()).as("nobody has looked yet").isFalse();

        timer.tick();
        assertThat(kept.lost()).isTrue();
        assertThat(timer.periods()).isEmpty();
        boolean stillTheirs = memory.inTransaction(tx -> tx.leases().lock(others));
        assertThat(stillTheirs).isTrue();
        kept.close();
    }

    @Test
    @DisplayName("is renewed also after it expired, if nobody took it")
    void late() {
        LeaseKeeper.Kept kept = keeper.keep(acquire("one").orElseThrow());
        time.advance(TTL.multipliedBy(5));
        timer.tick();
        assertThat(kept.lost()).isFalse();
        assertThat(acquire("other")).isEmpty();
        kept.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Fate.class,
            names = {"DOWN", "LOST_AND_UNDONE", "LOST_BUT_DONE"})
    @DisplayName("is not lost because a renewal failed: the next one tries again")
    void failures(Fate fate) {
        LeaseKeeper.Kept kept = keeper.keep(acquire("one").orElseThrow());
        store.fates(number -> fate);
        time.advance(Duration.ofSeconds(20));
        timer.tick();
        timer.tick();
        assertThat(kept.lost()).isFalse();
        assertThat(timer.periods()).hasSize(1);

        store.fates(number -> Fate.USUAL);
        time.advance(Duration.ofSeconds(20));
        timer.tick();
        time.advance(Duration.ofSeconds(59));
        assertThat(acquire("other")).isEmpty();
        kept.close();
    }

    @Test
    @DisplayName("is not lost because the store breaks with an error of its own")
    void breaks() {
        LeaseKeeper.Kept kept = keeper.keep(acquire("one").orElseThrow());
        store.before(number -> {
            throw new IllegalStateException("a store's mistake");
        });
        timer.tick();
        assertThat(kept.lost()).isFalse();
        assertThat(timer.periods()).hasSize(1);
        kept.close();
    }

    @Test
    @DisplayName("is renewed once a millisecond at most, however short it is")
    void shortest() {
        Lease lease = acquire("one").orElseThrow();
        try (LeaseKeeper.Kept kept = new LeaseKeeper(store, timer, "one", Duration.ofMillis(1)).keep(lease)) {
            assertThat(kept.lease()).isEqualTo(lease);
            assertThat(timer.periods()).containsExactly(1L);
        }
    }

    private Optional<Lease> acquire(String holder) {
        return memory.inTransaction(tx -> tx.leases().acquire("ns:x", holder, TTL));
    }
}

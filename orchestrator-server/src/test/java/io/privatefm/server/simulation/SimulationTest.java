/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.fault.Share;
import io.privatefm.spi.Sha256;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Three simulated processes over one store, in which everything goes wrong that can,")
class SimulationTest {
    private static final int NIGHTS = Share.of(120, 1_000, 50_000);
    private static final int NIGHTS_OF_A_WORLD = 20;

    @Test
    @DisplayName("keep all invariants after every step, and come right when all is calm")
    void nights() {
        SplittableRandom seeds = new SplittableRandom(Share.seed());
        int nights = 0;
        int crashes = 0;
        int interleaved = 0;
        int failed = 0;
        int recoveries = 0;
        int corruptions = 0;
        int deletions = 0;
        while (nights < NIGHTS) {
            long seed = Long.getLong("pfm.world", seeds.nextLong(1L << 40));
            SimulatedWorld world = new SimulatedWorld(seed);
            live(world, seed);
            nights += world.steps().nights();
            crashes += world.crashes();
            interleaved += world.interleaved();
            failed += world.failedTransactions();
            recoveries += world.steps().recoveries();
            corruptions += world.steps().corruptions();
            deletions += world.steps().deletions();
        }
        System.out.printf(
                "%d nights, %d crashes, %d interleaved steps, %d failed transactions, %d corruptions, %d recoveries, %d deletions%n",
                nights, crashes, interleaved, failed, corruptions, recoveries, deletions);
        assertThat(crashes).isGreaterThan(NIGHTS / 20);
        assertThat(interleaved).isGreaterThan(NIGHTS / 20);
        assertThat(failed).isGreaterThan(NIGHTS / 20);
        assertThat(recoveries).isGreaterThan(NIGHTS / 20);
    }

    @Test
    @DisplayName("do the same again from the same seed, step by step")
    void sameTrace() {
        long seed = Share.seed() + 5;
        assertThat(trace(seed)).isEqualTo(trace(seed)).isNotEqualTo(trace(seed + 1));
    }

    private static Sha256 trace(long seed) {
        SimulatedWorld world = new SimulatedWorld(seed);
        live(world, seed);
        return world.trace();
    }

    private static void live(SimulatedWorld world, long seed) {
        try {
            world.live(NIGHTS_OF_A_WORLD);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("replay with -Dpfm.world=" + seed, e);
        }
    }
}

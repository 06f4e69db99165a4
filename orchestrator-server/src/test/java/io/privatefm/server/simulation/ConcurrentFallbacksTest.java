/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.Orchestrator;
import io.privatefm.server.fault.Share;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.testkit.SimulatedProcess;
import io.privatefm.testkit.SimulatedTimer;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Two processes that bring back the same namespace come to one fallback, and to the state of one alone:")
class ConcurrentFallbacksTest {
    private static final int STRIDE = Share.of(13, 1, 1);

    @ParameterizedTest(name = "{0}")
    @EnumSource(
            value = FallbackScene.Kind.class,
            names = "RESTORE", // which whoever asks for it twice gets twice
            mode = EnumSource.Mode.EXCLUDE)
    @DisplayName("the other does all of it, or tries to, between any two calls of the one:")
    void between(FallbackScene.Kind kind) {
        against(kind, false);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(value = FallbackScene.Kind.class, names = "RESTORE", mode = EnumSource.Mode.EXCLUDE)
    @DisplayName("the one stands still, between any two of its calls, until its lease is over, and then goes on:")
    void standingStill(FallbackScene.Kind kind) {
        against(kind, true);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(value = FallbackScene.Kind.class, names = "RESTORE", mode = EnumSource.Mode.EXCLUDE)
    @DisplayName("one after the other:")
    void repeated(FallbackScene.Kind kind) {
        FallbackScene scene = new FallbackScene(kind);
        scene.fallBack(scene.node(scene.site.store, scene.site.blobs));
        Sha256 once = scene.digest();
        scene.fallBack(scene.node(scene.site.store, scene.site.blobs));
        assertThat(scene.digest()).isEqualTo(once);
        scene.check();
    }

    private static void against(FallbackScene.Kind kind, boolean stalls) {
        FallbackScene alone = new FallbackScene(kind);
        long points = run(alone, 0, stalls);
        Sha256 hash = alone.check();
        Sha256 digest = alone.digest();
        for (long at = 1L + Math.floorMod(Share.seed(), STRIDE); at <= points; at += STRIDE) {
            FallbackScene scene = new FallbackScene(kind);
            try {
                run(scene, at, stalls);
                scene.converge();
                assertThat(scene.check()).isEqualTo(hash);
                assertThat(scene.digest()).as("what the event logs add up to").isEqualTo(digest);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("the other came at point " + at + " of " + points, e);
            }
        }
    }

    /** Falls back, and lets another process do so at one of the points that are not in a transaction; gives how many there were. */
    private static long run(FallbackScene scene, long at, boolean stalls) {
        long[] passed = new long[1];
        SimulatedTimer timer = scene.site.time.timer();
        Orchestrator other = scene.node(scene.site.store, scene.site.blobs);
        SimulatedProcess process = new SimulatedProcess().between(point -> {
            if (++passed[0] == at) {
                if (stalls) {
                    timer.stall();
                    scene.site.time.advance(Duration.ofMinutes(2));
                }
                scene.fallBack(other);
                timer.goOn();
            }
        });
        try {
            scene.fallBack(scene.node(
                    process.watch(OrchestratorStore.class, scene.site.store),
                    process.watch(BlobStore.class, scene.site.blobs),
                    timer));
        } catch (PfmException e) {
            assertThat(at).as("an undisturbed fallback").isPositive();
        }
        return passed[0];
    }
}

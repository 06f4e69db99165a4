/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.Orchestrator;
import io.privatefm.server.fault.Share;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.testkit.FaultyStore;
import io.privatefm.testkit.SimulatedCrash;
import io.privatefm.testkit.SimulatedProcess;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName(
        "A fallback that meets a fault, at any of its steps, is finished by the next process, to the same hash, once:")
class FallbackStepsTest {
    /** Every so many of the places at which a fault can happen; all of them in the project's CI. */
    private static final int STRIDE = Share.of(15, 1, 1);

    private static final long FIRST = 1L + Math.floorMod(Share.seed(), STRIDE);

    @ParameterizedTest(name = "{0}")
    @EnumSource(FallbackScene.Kind.class)
    @DisplayName("the process dies before or after a call, or before a commit:")
    void crash(FallbackScene.Kind kind) {
        Sha256 expected = undisturbed(kind);
        SimulatedProcess whole = new SimulatedProcess();
        fallBack(new FallbackScene(kind), whole);
        assertThat(whole.points()).isGreaterThan(20);
        for (long point = FIRST; point <= whole.points(); point += STRIDE) {
            FallbackScene scene = new FallbackScene(kind);
            SimulatedProcess process = new SimulatedProcess().crashAt(point);
            assertThatThrownBy(() -> fallBack(scene, process))
                    .as("point %s", point)
                    .isInstanceOf(SimulatedCrash.class);
            converges(scene, expected, "killed at point " + point + " of " + whole.points());
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(FallbackScene.Kind.class)
    @DisplayName("a transaction fails, with or without effect:")
    void transactions(FallbackScene.Kind kind) {
        Sha256 expected = undisturbed(kind);
        FallbackScene usual = new FallbackScene(kind);
        FaultyStore counted = new FaultyStore(usual.site.store);
        usual.fallBack(usual.node(counted, usual.site.blobs));
        long transactions = counted.transactions();
        assertThat(transactions).isGreaterThan(5);
        for (FaultyStore.Fault fault : FaultyStore.Fault.values()) {
            for (long at = 1 + (FIRST + fault.name().length()) % STRIDE; at <= transactions; at += STRIDE) {
                FallbackScene scene = new FallbackScene(kind);
                FaultyStore store = new FaultyStore(scene.site.store);
                store.failAt(at, fault);
                try (Orchestrator pfm = scene.node(store, scene.site.blobs)) {
                    scene.fallBack(pfm);
                } catch (PfmException e) {
                    assertThat(e.code().kind()).as("%s at %s: %s", fault, at, e).isEqualTo(ErrorCode.Kind.ENVIRONMENT);
                }
                converges(scene, expected, fault + " at transaction " + at + " of " + transactions);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(FallbackScene.Kind.class)
    @DisplayName("the blob store does not answer, or fails after it has done what was asked for:")
    void blobs(FallbackScene.Kind kind) {
        Sha256 expected = undisturbed(kind);
        AtomicLong calls = new AtomicLong();
        fallBack(new FallbackScene(kind), process(calls, Long.MAX_VALUE));
        long all = calls.get();
        assertThat(all).isPositive();
        for (long at = FIRST; at <= all; at += STRIDE) {
            FallbackScene scene = new FallbackScene(kind);
            try {
                fallBack(scene, process(new AtomicLong(), at));
            } catch (UnavailableException e) {
                // told to whoever asked
            }
            converges(scene, expected, "blobs fail at " + at + " of " + all);
        }
    }

    private static SimulatedProcess process(AtomicLong calls, long failing) {
        return new SimulatedProcess().between(point -> {
            if (point.contains("Blob") && calls.incrementAndGet() == failing) {
                throw new UnavailableException("on purpose, " + point);
            }
        });
    }

    private static Sha256 undisturbed(FallbackScene.Kind kind) {
        FallbackScene scene = new FallbackScene(kind);
        fallBack(scene, new SimulatedProcess());
        return scene.check();
    }

    private static void fallBack(FallbackScene scene, SimulatedProcess process) {
        scene.fallBack(scene.node(
                process.watch(OrchestratorStore.class, scene.site.store),
                process.watch(BlobStore.class, scene.site.blobs)));
    }

    private static void converges(FallbackScene scene, Sha256 expected, String how) {
        try {
            scene.converge();
            assertThat(scene.check()).isEqualTo(expected);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(how, e);
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.modelstore.crash.Flaw;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Blobs and anchors after a power loss in the middle of any call")
class BlobCrashTest {
    private static final int PROCESSES = 5;
    private static final long STATES =
            Long.getLong("pfm.crash.states", Boolean.getBoolean("pfm.nightly") ? 1_000_000 : 10_000);

    @Test
    @DisplayName("are all there with their bytes, as far as acknowledged, and the same bytes can be committed again")
    @Timeout(7200)
    void nothingIsLost() {
        long crashes = 0;
        for (long seed = Long.getLong("pfm.seed", 0); crashes < STATES; seed++) {
            Set<Flaw> flaws = seed % 2 == 0 ? Set.of() : Set.of(Flaw.MOVES_TORN);
            try {
                crashes += new CrashScript(seed, flaws).run(PROCESSES);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("replay with -Dpfm.seed=" + seed + " -Dpfm.crash.states=1", e);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("are found to be lost on a disk that does not do as it is told")
    @EnumSource(
            value = Flaw.class,
            names = {"FOLDERS_NOT_FORCED", "FILES_NOT_FORCED"})
    void lossIsFound(Flaw flaw) {
        assertThatThrownBy(() -> {
                    for (long seed = 0; seed < 100; seed++) {
                        new CrashScript(seed, Set.of(flaw)).run(PROCESSES);
                    }
                })
                .isInstanceOf(AssertionError.class);
    }

    @Test
    @DisplayName("have the same fate in each run with one seed")
    void replays() {
        for (long seed = 0; seed < 20; seed++) {
            assertThat(failure(seed)).isEqualTo(failure(seed));
        }
    }

    private static String failure(long seed) {
        try {
            return "none in " + new CrashScript(seed, Set.of(Flaw.FOLDERS_NOT_FORCED)).run(PROCESSES);
        } catch (AssertionError | RuntimeException e) {
            return String.valueOf(e.getMessage()).replaceAll("[0-9a-f-]{36}", "UUID");
        }
    }
}

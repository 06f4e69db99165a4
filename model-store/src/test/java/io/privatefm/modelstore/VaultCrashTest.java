/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.modelstore.crash.Flaw;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Namespace keys after a power loss in the middle of any call, a rotation of the root key among them")
class VaultCrashTest {
    private static final int PROCESSES = 6;
    private static final long STATES =
            Long.getLong("pfm.crash.states", Boolean.getBoolean("pfm.nightly") ? 1_000_000 : 10_000);

    @Test
    @DisplayName("unwrap all that was wrapped, under the root keys of then; a destroyed one never comes back")
    @Timeout(7200)
    void nothingIsLostAndNothingComesBack() {
        long crashes = 0;
        for (long seed = Long.getLong("pfm.seed", 0); crashes < STATES; seed++) {
            Set<Flaw> flaws = seed % 2 == 0 ? Set.of() : Set.of(Flaw.MOVES_TORN);
            try {
                crashes += new VaultCrashScript(seed, flaws).run(PROCESSES);
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
                        new VaultCrashScript(seed, Set.of(flaw)).run(PROCESSES);
                    }
                })
                .isInstanceOfAny(AssertionError.class, RuntimeException.class);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.adapter.AdapterLimits;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SafetensorsMutationTest {
    private static final String NAME = "mutant.safetensors";
    private static final int MUTANTS = 20_000;

    private final InMemoryModelFiles files = new InMemoryModelFiles();

    @Test
    @DisplayName("A damaged safetensors file opens as a sound one or is refused as an invalid input; no handle is left")
    void opensOrIsRefused() {
        long seed = TestSeed.of(getClass());
        HeaderMutator mutator = new HeaderMutator(seed);
        int sound = 0;
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = mutator.next();
            try {
                sound += isSound(mutant) ? 1 : 0;
                assertThat(files.openHandles()).as("open handles").isZero();
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "seed " + seed + ", mutant " + i + ": " + HexFormat.of().formatHex(mutant), e);
            }
        }
        assertThat(sound).as("mutants that are still sound").isBetween(MUTANTS / 100, MUTANTS / 2);
    }

    private boolean isSound(byte[] mutant) {
        files.put(NAME, mutant);
        try (SafetensorsFile file =
                SafetensorsFile.open(files, NAME, ErrorCode.ADAPTER_INVALID, FormatLimits.of(AdapterLimits.DEFAULT))) {
            long data = 0;
            for (ModelTensor tensor : file.tensors()) {
                int length = Math.toIntExact(tensor.info().byteLength());
                tensor.read(0, new byte[length], 0, length);
                data += length;
            }
            assertThat(data).as("bytes of data").isLessThanOrEqualTo(mutant.length);
            assertThat(file.byName()).hasSameSizeAs(file.tensors());
            return true;
        } catch (InvalidInputException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_INVALID);
            assertThat(e.file()).isEqualTo(NAME);
            assertThat(e).hasMessageStartingWith(NAME + ": ");
            return false;
        }
    }
}

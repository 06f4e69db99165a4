/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.fuzz.Bytes;
import io.privatefm.core.fuzz.Fuzzing;
import io.privatefm.core.fuzz.JsonMutator;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.adapter.AdapterLimits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fuzz")
class SafetensorsFuzzTest {
    private static final String NAME = "fuzz.safetensors";
    private static final FormatLimits LIMITS = FormatLimits.of(AdapterLimits.DEFAULT);
    private static final int DATA_BYTES = 8;

    /** Headers for {@link #DATA_BYTES} bytes of data. */
    private static final JsonMutator HEADERS = new JsonMutator(
            List.of(
                    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                    "{\"__metadata__\":{\"format\":\"pt\",\"é\":\"\\n\"},"
                            + "\"x.w\":{\"dtype\":\"BF16\",\"shape\":[2,2],\"data_offsets\":[0,8]}}",
                    "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                            + "\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[4,8]}}",
                    "{\"s\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},"
                            + "\"z\":{\"dtype\":\"I64\",\"shape\":[0,3],\"data_offsets\":[8,8]}}",
                    "{\"q\":{\"dtype\":\"F4\",\"shape\":[16],\"data_offsets\":[0,8]}}"),
            List.of(
                    "\"a\"",
                    "\"b\"",
                    "\"dtype\"",
                    "\"shape\"",
                    "\"data_offsets\"",
                    "\"__metadata__\"",
                    "\"F32\"",
                    "\"U8\"",
                    "\"F4\"",
                    "\"F128\"",
                    "\"f32\"",
                    "[8,8]",
                    "[4,4]",
                    "[8,0]",
                    "[2,2,2,2,2,2,2,2,2]",
                    "[4294967296,4294967296]",
                    "[9223372036854775807]",
                    "{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}",
                    "\"" + "n".repeat(256) + "\"",
                    "\"" + "n".repeat(257) + "\"",
                    "\"" + "n".repeat(60_000) + "\""));

    @Test
    @DisplayName("Any safetensors file opens as a sound one or is refused as an invalid input; no handle is left")
    void opensOrIsRefused() {
        Fuzzing.run(getClass(), 80_000, SafetensorsFuzzTest::tryOne).assertReach(5, 50, 30);
    }

    private static void tryOne(SplittableRandom random) {
        InMemoryModelFiles files = new InMemoryModelFiles().put(NAME, file(random));
        try (SafetensorsFile file = SafetensorsFile.open(files, NAME, ErrorCode.ADAPTER_INVALID, LIMITS)) {
            long data = 0;
            for (ModelTensor tensor : file.tensors()) {
                int length = Math.toIntExact(tensor.info().byteLength());
                tensor.read(0, new byte[length], 0, length);
                data += length;
            }
            assertThat(data).as("bytes of data").isLessThanOrEqualTo(files.size());
            assertThat(file.byName()).hasSameSizeAs(file.tensors());
        } catch (InvalidInputException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_INVALID);
            assertThat(e.file()).isEqualTo(NAME);
            assertThat(e).hasMessageStartingWith(NAME + ": ");
            throw new Fuzzing.Refusal(e);
        } finally {
            assertThat(files.openHandles()).as("open handles").isZero();
            assertThat(files.bytesRead()).as("bytes read").isLessThanOrEqualTo(2 * files.size());
        }
    }

    private static byte[] file(SplittableRandom random) {
        byte[] header = HEADERS.next(random, random.nextInt(4));
        header = Bytes.joined(header, " ".repeat(random.nextInt(3)).getBytes(StandardCharsets.UTF_8));
        int data = random.nextInt(40) == 0 ? random.nextInt(2 * DATA_BYTES) : DATA_BYTES;
        byte[] rest = Bytes.joined(header, new byte[data]);
        byte[] file = SafetensorsBytes.claiming(claimed(random, header.length), rest);
        return random.nextInt(40) == 0 ? Bytes.damaged(random, file) : file;
    }

    private static long claimed(SplittableRandom random, int length) {
        return switch (random.nextInt(100)) {
            case 0 -> length + random.nextInt(-3, 4);
            case 1 -> random.nextLong();
            case 2 -> LIMITS.headerBytes() + random.nextInt(2);
            default -> length;
        };
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Safetensors bytes of the testkit")
class SafetensorsContentTest {
    @TempDir
    Path dir;

    @Test
    @DisplayName("are what the format says, to the byte")
    void bytes() {
        byte[] file = new SafetensorsBuilder()
                .add("a", FloatType.BF16, new long[] {2}, 1, -2)
                .addRaw("b", "U8", new long[] {}, new byte[] {7})
                .bytes();

        String header = "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[4,5]}}";
        int length = (header.length() + 7) / 8 * 8;
        assertThat(file[0]).isEqualTo((byte) length);
        assertThat(new String(file, 8, length, StandardCharsets.UTF_8))
                .isEqualTo(header + " ".repeat(length - header.length()));
        assertThat(file).endsWith(0x80, 0x3f, 0x00, 0xc0, 7).hasSize(8 + length + 5);
    }

    @Test
    @DisplayName("are read as they were written")
    void roundTrip() {
        StoredTensor tensor = SeededValues.tensor(1, "x", FloatType.F16, 0, 3, 4, 5);
        SafetensorsContent content = SafetensorsContent.parse(
                new SafetensorsBuilder().add("x", tensor).metadata(Map.of()).bytes());

        assertThat(content.names()).containsExactly("x");
        assertThat(content.tensor("x")).isEqualTo(tensor);
        assertThat(content.tensor("x").shape()).containsExactly(4L, 5L);
        assertThat(content.header()).doesNotContain("__metadata__");
        assertThat(content.ranges().get("x").end() - content.ranges().get("x").begin())
                .isEqualTo(40);
    }

    @Test
    @DisplayName("of a sharded model are found together, and the same values come from the same seed")
    void directories() {
        TinyModel model = TinyModels.llama(5, FloatType.BF16, true);

        assertThat(SafetensorsContent.ofDirectory(model.sharded(4).writeTo(dir.resolve("a"))))
                .isEqualTo(model.tensors());
        assertThat(TinyModels.llama(5, FloatType.BF16, true).tensors()).isEqualTo(model.tensors());
        assertThat(TinyModels.llama(6, FloatType.BF16, true).tensors()).isNotEqualTo(model.tensors());
    }
}

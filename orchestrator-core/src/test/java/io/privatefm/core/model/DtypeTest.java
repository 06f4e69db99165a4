/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.EnumSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A dtype")
class DtypeTest {
    @ParameterizedTest
    @CsvSource({
        "BOOL, 8", "F4, 4", "F6_E2M3, 6", "F6_E3M2, 6", "U8, 8", "I8, 8", "F8_E5M2, 8", "F8_E4M3, 8", "F8_E8M0, 8",
        "F8_E4M3FNUZ, 8", "F8_E5M2FNUZ, 8", "I16, 16", "U16, 16", "F16, 16", "BF16, 16", "I32, 32", "U32, 32",
                "F32, 32",
        "C64, 64", "F64, 64", "I64, 64", "U64, 64"
    })
    @DisplayName("is found by its safetensors name and has the format's size")
    void sizes(String name, int bits) {
        Dtype dtype = Dtype.named(name).orElseThrow();
        assertThat(dtype.name()).isEqualTo(name);
        assertThat(dtype.bits()).isEqualTo(bits);
    }

    @Test
    @DisplayName("is one of 22")
    void all() {
        assertThat(Dtype.values()).hasSize(22);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "f32", "F32 ", "FLOAT32", "F128", "BFLOAT16"})
    @DisplayName("is not found by any other name")
    void unknown(String name) {
        assertThat(Dtype.named(name)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Dtype.class)
    @DisplayName("has a size in bytes if that is a whole number")
    void bytes(Dtype dtype) {
        if (EnumSet.of(Dtype.F4, Dtype.F6_E2M3, Dtype.F6_E3M2).contains(dtype)) {
            assertThatIllegalStateException().isThrownBy(dtype::bytes).withMessageContaining(dtype.name());
        } else {
            assertThat(dtype.bytes() * 8).isEqualTo(dtype.bits());
        }
    }

    @ParameterizedTest
    @EnumSource(Dtype.class)
    @DisplayName("can be merged if it is F32, F16 or BF16")
    void mergeable(Dtype dtype) {
        assertThat(dtype.isMergeable())
                .isEqualTo(EnumSet.of(Dtype.F32, Dtype.F16, Dtype.BF16).contains(dtype));
    }
}

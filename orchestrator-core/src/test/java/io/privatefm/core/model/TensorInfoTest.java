/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What a header says of a tensor")
class TensorInfoTest {
    @ParameterizedTest
    @CsvSource({"F32, 3, 12", "BF16, 3, 6", "U64, 3, 24", "F4, 4, 2", "F6_E3M2, 4, 3", "F32, 0, 0", "F4, 0, 0"})
    @DisplayName("gives the length of its data")
    void length(Dtype dtype, long elements, long bytes) {
        assertThat(new TensorInfo("t", dtype, Shape.of(elements)).byteLength()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"F4, 3, 1", "F6_E2M3, 2, 1", "F32, 4503599627370496, 1024", "U8, 4503599627370496, 2047"})
    @DisplayName("gives no length that is not a whole number of bytes, or whose bits are beyond a long")
    void noLength(Dtype dtype, long rows, long columns) {
        TensorInfo info = new TensorInfo("t", dtype, Shape.of(rows, columns));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(info::byteLength);
    }

    @Test
    @DisplayName("is ordered by name for the content hash, and by dtype descending before that for a file")
    void orders() {
        TensorInfo first = new TensorInfo("b", Dtype.F32, Shape.of(1));
        TensorInfo second = new TensorInfo("c", Dtype.F32, Shape.of(0));
        TensorInfo third = new TensorInfo("a", Dtype.F16, Shape.of(9));
        assertThat(Stream.of(third, second, first).sorted(TensorInfo.FILE_ORDER))
                .containsExactly(first, second, third);
        assertThat(Stream.of(third, second, first).sorted(TensorInfo.BY_NAME)).containsExactly(third, first, second);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The oracle of the testkit")
class ReferenceMergeTest {
    private static final StoredTensor A = f32(new long[] {1, 3}, 1, 2, 3);
    private static final StoredTensor B = f32(new long[] {2, 1}, 10, 100);

    private static StoredTensor f32(long[] shape, float... values) {
        return StoredTensor.of(FloatType.F32, shape, values);
    }

    private static void assertOnly(ReferenceMerge reference, StoredTensor expected) {
        assertThatCode(() -> reference.check("t", expected)).doesNotThrowAnyException();
        for (int i = 0; i < expected.values().length; i++) {
            float value = expected.values()[i];
            StoredTensor other = expected.with(i, value + Math.max(1, Math.abs(value)) / 64);
            assertThatThrownBy(() -> reference.check("t", other))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("t[");
        }
    }

    @Test
    @DisplayName("adds B A to a linear weight")
    void linear() {
        StoredTensor base = f32(new long[] {2, 3}, 1, 1, 1, 2, 2, 2);

        assertOnly(
                ReferenceMerge.onto(base).add(LayerKind.LINEAR, A, B, 0.5),
                f32(new long[] {2, 3}, 6, 11, 16, 52, 102, 152));
    }

    @Test
    @DisplayName("adds its transpose to a Conv1D weight")
    void transposed() {
        StoredTensor base = f32(new long[] {3, 2}, 1, 2, 1, 2, 1, 2);

        assertOnly(
                ReferenceMerge.onto(base).add(LayerKind.TRANSPOSED, A, B, 0.5),
                f32(new long[] {3, 2}, 6, 52, 11, 102, 16, 152));
    }

    @Test
    @DisplayName("rounds an embedding's update first: 1 + 2^-8 + 2^-16 goes down, not up")
    void embedding() {
        StoredTensor base = StoredTensor.of(FloatType.BF16, new long[] {1, 1}, 1);
        StoredTensor a = f32(new long[] {1, 1}, 0x1p-8f + 0x1p-18f);
        StoredTensor b = f32(new long[] {1, 1}, 1);

        assertOnly(
                ReferenceMerge.onto(base).add(LayerKind.EMBEDDING, a, b, 1),
                StoredTensor.of(FloatType.BF16, new long[] {1, 1}, 1));
        assertOnly(
                ReferenceMerge.onto(base).add(LayerKind.LINEAR, a, b, 1),
                StoredTensor.of(FloatType.BF16, new long[] {1, 1}, 1 + 0x1p-7f));
    }

    @Test
    @DisplayName("weighs terms, and adds them one by one in a sequence")
    void several() {
        StoredTensor base = StoredTensor.of(FloatType.BF16, new long[] {1, 1}, 256);
        StoredTensor one = f32(new long[] {1, 1}, 1);
        ReferenceMerge sum = ReferenceMerge.onto(base)
                .add(LayerKind.LINEAR, one, one, 1, 0.75)
                .add(LayerKind.LINEAR, one, one, 1, 0.5);
        ReferenceMerge sequence = ReferenceMerge.onto(base)
                .inSequence()
                .add(LayerKind.LINEAR, one, one, 1, 0.75)
                .add(LayerKind.LINEAR, one, one, 1, 0.5);

        assertOnly(sum, StoredTensor.of(FloatType.BF16, new long[] {1, 1}, 258));
        assertOnly(sequence, base);
    }

    @Test
    @DisplayName("gives output features their magnitudes, rows or columns")
    void dora() {
        StoredTensor base = f32(new long[] {2, 2}, 3, 4, 6, 8);
        StoredTensor a = f32(new long[] {1, 2}, 0, 0);
        StoredTensor b = f32(new long[] {2, 1}, 0, 0);

        assertOnly(
                ReferenceMerge.onto(base).add(LayerKind.LINEAR, a, b, 1).dora(f32(new long[] {2}, 10, 5)),
                f32(new long[] {2, 2}, 6, 8, 3, 4));
        assertOnly(
                ReferenceMerge.onto(f32(new long[] {2, 2}, 3, 6, 4, 8))
                        .add(LayerKind.TRANSPOSED, a, b, 1)
                        .dora(f32(new long[] {2}, 10, 5)),
                f32(new long[] {2, 2}, 6, 3, 8, 4));
    }

    @Test
    @DisplayName("adds shifts to biases and tells other shapes apart")
    void shift() {
        StoredTensor base = f32(new long[] {2}, 1, 2);

        assertOnly(ReferenceMerge.onto(base).shift(f32(new long[] {2}, 4, 8), 0.5), f32(new long[] {2}, 3, 6));
        assertThatThrownBy(() -> ReferenceMerge.onto(base).check("t", f32(new long[] {1, 2}, 1, 2)))
                .isInstanceOf(AssertionError.class);
    }
}

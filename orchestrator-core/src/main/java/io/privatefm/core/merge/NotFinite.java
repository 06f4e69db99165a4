/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.model.FloatCodec;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;

/** Refuses a merged tensor with a NaN or an infinity in it. */
final class NotFinite {
    private NotFinite() {}

    /**
     * Throws unless {@code finite}, naming the first element at fault.
     *
     * @param offset byte offset in the tensor of the first of the {@code count} values at {@code bytes[at ..)}
     */
    static void check(boolean finite, TensorInfo info, long offset, byte[] bytes, int at, int count) {
        if (finite) {
            return;
        }
        float[] values = new float[count];
        FloatCodec.of(info.dtype()).widen(bytes, at, values, count);
        int i = 0;
        while (Float.isFinite(values[i])) {
            i++;
        }
        throw new InvalidInputException(
                ErrorCode.NOT_FINITE,
                null,
                info.name(),
                "the merged value of element " + (offset / info.dtype().bytes() + i) + " is " + values[i]
                        + " (NaN in an input, or an overflow of " + info.dtype() + ")");
    }
}

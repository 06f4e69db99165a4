/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;

/** A tensor whose values are checked while they are read: a NaN or an infinity is refused. */
public final class FiniteTensor implements TensorSource {
    private final TensorSource tensor;
    private final String file;

    /** @param file how errors call where it comes from */
    public FiniteTensor(TensorSource tensor, String file) {
        this.tensor = tensor;
        this.file = file;
    }

    @Override
    public TensorInfo info() {
        return tensor.info();
    }

    @Override
    public void read(long offset, byte[] target, int at, int length) {
        tensor.read(offset, target, at, length);
        if (info().dtype() == Dtype.F64) {
            DoubleBuffer doubles = ByteBuffer.wrap(target, at, length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asDoubleBuffer();
            for (int i = 0; i < doubles.limit(); i++) {
                require(Double.isFinite(doubles.get(i)), offset / Double.BYTES + i, doubles.get(i));
            }
        }
        if (!info().dtype().isMergeable()) {
            return;
        }
        int bytes = info().dtype().bytes();
        float[] values = new float[length / bytes];
        FloatCodec.of(info().dtype()).widen(target, at, values, values.length);
        for (int i = 0; i < values.length; i++) {
            require(Float.isFinite(values[i]), offset / bytes + i, values[i]);
        }
    }

    private void require(boolean finite, long element, double value) {
        if (!finite) {
            throw new InvalidInputException(
                    ErrorCode.NOT_FINITE, file, info().name(), "element " + element + " is " + value);
        }
    }
}

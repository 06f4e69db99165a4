/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.core.model.FloatCodec;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;

/** A tensor of an adapter whose values are checked while they are read: a NaN or an infinity is refused. */
final class FiniteTensor implements TensorSource {
    private final TensorSource tensor;
    private final String file;

    FiniteTensor(TensorSource tensor, String file) {
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
        if (!info().dtype().isMergeable()) {
            return;
        }
        int bytes = info().dtype().bytes();
        float[] values = new float[length / bytes];
        FloatCodec.of(info().dtype()).widen(target, at, values, values.length);
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new InvalidInputException(
                        ErrorCode.NOT_FINITE,
                        file,
                        info().name(),
                        "element " + (offset / bytes + i) + " is " + values[i]);
            }
        }
    }
}

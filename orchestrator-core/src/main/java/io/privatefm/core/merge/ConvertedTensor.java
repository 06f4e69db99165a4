/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.model.FloatCodec;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;

/** A tensor under another name and rounded to another dtype. */
final class ConvertedTensor implements TensorSource {
    private final TensorInfo info;
    private final TensorSource source;

    ConvertedTensor(TensorInfo info, TensorSource source) {
        this.info = info;
        this.source = source;
    }

    @Override
    public TensorInfo info() {
        return info;
    }

    @Override
    public void read(long offset, byte[] target, int at, int length) {
        if (source.info().dtype() == info.dtype()) {
            source.read(offset, target, at, length);
            return;
        }
        int count = length / info.dtype().bytes();
        int sourceBytes = source.info().dtype().bytes();
        byte[] bytes = new byte[count * sourceBytes];
        source.read(offset / info.dtype().bytes() * sourceBytes, bytes, 0, bytes.length);
        float[] values = new float[count];
        FloatCodec.of(source.info().dtype()).widen(bytes, 0, values, count);
        NotFinite.check(FloatCodec.of(info.dtype()).narrow(values, count, target, at), info, offset, target, at, count);
    }
}

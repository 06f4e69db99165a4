/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;

/** A tensor in an open safetensors file. */
public final class ModelTensor implements TensorSource {
    private final TensorInfo info;
    private final RangedFile file;
    private final long start;

    ModelTensor(TensorInfo info, RangedFile file, long start) {
        this.info = info;
        this.file = file;
        this.start = start;
    }

    @Override
    public TensorInfo info() {
        return info;
    }

    @Override
    public void read(long offset, byte[] target, int at, int length) {
        file.read(start + offset, ByteBuffer.wrap(target, at, length));
    }
}

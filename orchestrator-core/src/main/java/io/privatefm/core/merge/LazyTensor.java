/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A tensor whose factors are loaded when its first range is read and dropped when it is released, so that a merge holds the
 * factors of the few tensors it is working on and no more.
 */
final class LazyTensor implements TensorSource {
    private final TensorInfo info;
    private final Supplier<TensorSource> loader;
    private @Nullable TensorSource loaded;

    LazyTensor(TensorInfo info, Supplier<TensorSource> loader) {
        this.info = info;
        this.loader = loader;
    }

    @Override
    public TensorInfo info() {
        return info;
    }

    @Override
    public void read(long offset, byte[] target, int at, int length) {
        if (length == 0) {
            return;
        }
        load().read(offset, target, at, length);
    }

    @Override
    public synchronized void release() {
        loaded = null;
    }

    private synchronized TensorSource load() {
        TensorSource tensor = loaded;
        if (tensor == null) {
            tensor = loader.get();
            loaded = tensor;
        }
        return tensor;
    }
}

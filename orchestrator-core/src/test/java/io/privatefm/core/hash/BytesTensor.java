/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/** A tensor whose byte {@code i} is {@code i % 251}, and which counts what is done to it. */
final class BytesTensor implements TensorSource {
    /** Reads that have begun. */
    final AtomicInteger begun = new AtomicInteger();

    /** Reads that are over, well or not. */
    final AtomicInteger ended = new AtomicInteger();

    final AtomicInteger releases = new AtomicInteger();

    /** Releases while a read was under way. */
    final AtomicInteger releasesWhileReading = new AtomicInteger();

    /** Every array that a read was to fill. */
    final Set<byte[]> targets = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    private final TensorInfo info;
    private volatile LongConsumer onRead = offset -> {};
    private volatile Runnable onRelease = () -> {};

    BytesTensor(String name, Dtype dtype, long... dims) {
        this.info = new TensorInfo(name, dtype, Shape.of(dims));
    }

    /** Runs {@code action} with the offset in each read, before the bytes are given. */
    BytesTensor onRead(LongConsumer action) {
        onRead = action;
        return this;
    }

    /** Runs {@code action} in each release. */
    BytesTensor onRelease(Runnable action) {
        onRelease = action;
        return this;
    }

    /** All of the tensor's bytes. */
    byte[] bytes() {
        byte[] bytes = new byte[(int) info.byteLength()];
        fill(0, bytes, 0, bytes.length);
        return bytes;
    }

    @Override
    public TensorInfo info() {
        return info;
    }

    @Override
    public void read(long offset, byte[] target, int at, int length) {
        begun.incrementAndGet();
        try {
            targets.add(target);
            onRead.accept(offset);
            fill(offset, target, at, length);
        } finally {
            ended.incrementAndGet();
        }
    }

    @Override
    public void release() {
        releases.incrementAndGet();
        if (begun.get() != ended.get()) {
            releasesWhileReading.incrementAndGet();
        }
        onRelease.run();
    }

    private static void fill(long offset, byte[] target, int at, int length) {
        for (int i = 0; i < length; i++) {
            target[at + i] = (byte) ((offset + i) % 251);
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fixture: the files of a model or adapter, in memory. Counts its open handles, so that a test can ask whether all were
 * closed; a read past the end of a file or of a closed handle is a mistake of the code under test and fails loudly.
 */
public final class InMemoryModelFiles implements ModelFiles {
    /** What {@link #location()} says. */
    public static final String LOCATION = "memory";

    private final Map<String, byte[]> files = new ConcurrentSkipListMap<>();
    private final AtomicInteger openHandles = new AtomicInteger();
    private final AtomicLong bytesRead = new AtomicLong();

    /** Adds a file or replaces it; handles that are open keep the old bytes. */
    public InMemoryModelFiles put(String name, byte[] bytes) {
        files.put(name, bytes.clone());
        return this;
    }

    /** Adds a file of UTF-8 text. */
    public InMemoryModelFiles put(String name, String text) {
        return put(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Number of handles that were opened and not closed yet. */
    public int openHandles() {
        return openHandles.get();
    }

    /** Number of bytes that were read so far, from all files. */
    public long bytesRead() {
        return bytesRead.get();
    }

    /** Number of bytes in all files. */
    public long size() {
        return files.values().stream().mapToLong(bytes -> bytes.length).sum();
    }

    @Override
    public String location() {
        return LOCATION;
    }

    @Override
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    @Override
    public RangedFile open(String name) {
        byte[] bytes = files.get(name);
        if (bytes == null) {
            throw new InvalidInputException(ErrorCode.MODEL_INVALID, name, null, "is not in " + LOCATION);
        }
        openHandles.incrementAndGet();
        return new Handle(name, bytes);
    }

    @Override
    public void close() {}

    private final class Handle implements RangedFile {
        private final String name;
        private final byte[] bytes;
        private final AtomicBoolean closed = new AtomicBoolean();

        Handle(String name, byte[] bytes) {
            this.name = name;
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public void read(long position, ByteBuffer target) {
            if (closed.get()) {
                throw new IllegalStateException(name + ": read after close");
            }
            if (position < 0 || position > bytes.length - target.remaining()) {
                throw new IllegalArgumentException(
                        name + ": read of " + target.remaining() + " bytes at " + position + " of " + bytes.length);
            }
            bytesRead.addAndGet(target.remaining());
            target.put(bytes, (int) position, target.remaining());
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                openHandles.decrementAndGet();
            }
        }
    }
}

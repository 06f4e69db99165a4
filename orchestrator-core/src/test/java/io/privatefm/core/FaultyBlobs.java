/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** Fixture: blobs in memory whose bytes a test can damage. Counts its open handles. */
public final class FaultyBlobs implements BlobStore {
    private final BlobStore blobs;
    private final Map<Sha256, UnaryOperator<byte[]>> faults = new ConcurrentHashMap<>();
    private final Set<Sha256> lost = ConcurrentHashMap.newKeySet();
    private final Set<Sha256> stored = ConcurrentHashMap.newKeySet();
    private final List<Sha256> committed = new CopyOnWriteArrayList<>();
    private final AtomicInteger openHandles = new AtomicInteger();
    private volatile UnaryOperator<byte[]> onWrite = bytes -> bytes;
    private volatile UnaryOperator<byte[]> onRead = bytes -> bytes;
    private volatile Runnable onList = () -> {};
    private volatile Runnable onDiscard = () -> {};
    private volatile Runnable onDestroy = () -> {};
    private volatile Runnable onCommit = () -> {};

    /** Blobs that get their age from a clock. */
    public FaultyBlobs(InstantSource clock) {
        blobs = InMemory.blobs(clock);
    }

    /** Turns one bit of a blob. */
    public void flip(Sha256 name, long bit) {
        damage(name, bytes -> {
            bytes[(int) (bit / 8)] ^= (byte) (1 << (bit % 8));
            return bytes;
        });
    }

    /** Gives other bytes for a blob. */
    public void damage(Sha256 name, UnaryOperator<byte[]> fault) {
        faults.put(name, fault);
    }

    /** Gives other bytes for a blob until one of that name is committed again. */
    public void damageStored(Sha256 name, UnaryOperator<byte[]> fault) {
        damage(name, fault);
        stored.add(name);
    }

    /** Loses a blob. */
    public void lose(Sha256 name) {
        lost.add(name);
    }

    /** Gives a blob as it was written again. */
    public void heal(Sha256 name) {
        faults.remove(name);
        lost.remove(name);
    }

    /** Gives all blobs as they were written again. */
    public void heal() {
        faults.clear();
        lost.clear();
        onWrite = bytes -> bytes;
        onRead = bytes -> bytes;
    }

    /** Changes what is read of every blob, as a failing disk would. */
    public void corruptReads(UnaryOperator<byte[]> fault) {
        onRead = fault;
    }

    /** Changes what is written on its way to the store, as a bad memory chip would. */
    public void corruptWrites(UnaryOperator<byte[]> fault) {
        onWrite = fault;
    }

    /** What happens, or fails, before blobs are listed. */
    public void onList(Runnable action) {
        onList = action;
    }

    /** What happens, or fails, before a blob is discarded. */
    public void onDiscard(Runnable action) {
        onDiscard = action;
    }

    /** What happens, or fails, before an owner's blobs are destroyed. */
    public void onDestroy(Runnable action) {
        onDestroy = action;
    }

    /** What happens, or fails, before a blob is committed. */
    public void onCommit(Runnable action) {
        onCommit = action;
    }

    /** Names of all blobs that were committed, in order, equal ones as often as they were committed. */
    public List<Sha256> committed() {
        return List.copyOf(committed);
    }

    /** Number of handles that were opened and not closed yet. */
    public int openHandles() {
        return openHandles.get();
    }

    /** All stored bytes of a blob, damaged as they may be. */
    public byte[] bytes(NsUid owner, Sha256 name) {
        try (RangedFile file = open(owner, name).orElseThrow()) {
            return read(file);
        }
    }

    @Override
    public BlobWriter create(NsUid owner, long expectedBytes) {
        BlobWriter writer = blobs.create(owner, expectedBytes);
        return new BlobWriter() {
            @Override
            public void write(ByteBuffer bytes) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                writer.write(ByteBuffer.wrap(onWrite.apply(copy)));
            }

            @Override
            public Sha256 commit() {
                onCommit.run();
                Sha256 name = writer.commit();
                committed.add(name);
                if (stored.remove(name)) {
                    faults.remove(name);
                }
                return name;
            }

            @Override
            public void close() {
                writer.close();
            }
        };
    }

    @Override
    public List<StoredBlob> list(NsUid owner) {
        onList.run();
        return blobs.list(owner);
    }

    @Override
    public boolean discard(NsUid owner, Sha256 name) {
        onDiscard.run();
        return blobs.discard(owner, name);
    }

    @Override
    public boolean restore(NsUid owner, Sha256 name) {
        return blobs.restore(owner, name);
    }

    @Override
    public int purge(NsUid owner, Instant before) {
        return blobs.purge(owner, before);
    }

    @Override
    public void destroy(NsUid owner) {
        onDestroy.run();
        blobs.destroy(owner);
    }

    @Override
    public Optional<RangedFile> open(NsUid owner, Sha256 name) {
        if (lost.contains(name)) {
            return Optional.empty();
        }
        return blobs.open(owner, name).map(file -> {
            byte[] bytes =
                    onRead.apply(faults.getOrDefault(name, sound -> sound).apply(read(file)));
            openHandles.incrementAndGet();
            return new Handle(bytes);
        });
    }

    private static byte[] read(RangedFile file) {
        byte[] bytes = new byte[(int) file.size()];
        file.read(0, ByteBuffer.wrap(bytes));
        return bytes;
    }

    private final class Handle implements RangedFile {
        private final byte[] bytes;
        private boolean closed;

        Handle(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public void read(long position, ByteBuffer target) {
            Objects.checkFromIndexSize(position, (long) target.remaining(), (long) bytes.length);
            target.put(bytes, (int) position, target.remaining());
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                openHandles.decrementAndGet();
            }
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.files.RangedFile;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Simulated blobs, in memory, on a disk that is not to be trusted: bits turn at rest, blobs are lost, reads and writes fail now and then.
 * Knows which blobs are damaged. Without faults a {@link BlobStore} like any other, safe for use by several threads at once.
 */
public final class SimulatedBlobs implements BlobStore {
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<NsUid, Space> spaces = new HashMap<>();
    private double readFaults;
    private double writeFaults;

    private static final class Space {
        final Map<Sha256, Entry> blobs = new HashMap<>();
        final Map<Sha256, Entry> trash = new HashMap<>();
        boolean destroyed;
    }

    /**
     * A blob.
     *
     * @param bytes as they are now; empty if the blob is lost
     * @param written as they were
     */
    private record Entry(Optional<ByteBuffer> bytes, ByteBuffer written, Instant since) {
        boolean isDamaged() {
            return !bytes.equals(Optional.of(written));
        }
    }

    /** An empty store that goes by this clock, without faults. */
    public SimulatedBlobs(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** The share of reads that fail, and do not the next time. */
    public synchronized SimulatedBlobs readFaults(double share) {
        readFaults = share;
        return this;
    }

    /** The share of writes and commits that fail; of a commit that failed the blob may be there or not. */
    public synchronized SimulatedBlobs writeFaults(double share) {
        writeFaults = share;
        return this;
    }

    /**
     * Damages a blob at rest.
     *
     * @param damage gives other bytes, of a copy
     */
    public synchronized void damage(NsUid owner, Sha256 name, UnaryOperator<byte[]> damage) {
        Entry entry = entry(owner, name);
        byte[] other = damage.apply(bytes(entry.bytes().orElse(entry.written())));
        space(owner).blobs.put(name, new Entry(Optional.of(ByteBuffer.wrap(other)), entry.written(), entry.since()));
    }

    /** Turns one bit of a blob at rest. */
    public void flip(NsUid owner, Sha256 name, long bit) {
        damage(owner, name, bytes -> {
            bytes[(int) (bit / Byte.SIZE)] ^= (byte) (1 << (bit % Byte.SIZE));
            return bytes;
        });
    }

    /** Cuts a blob off. */
    public void truncate(NsUid owner, Sha256 name, int length) {
        damage(owner, name, bytes -> Arrays.copyOf(bytes, length));
    }

    /** Loses a blob. */
    public synchronized void lose(NsUid owner, Sha256 name) {
        Entry entry = entry(owner, name);
        space(owner).blobs.put(name, new Entry(Optional.empty(), entry.written(), entry.since()));
    }

    /** Gives a blob the bytes that it was written with. */
    public synchronized void heal(NsUid owner, Sha256 name) {
        Entry entry = entry(owner, name);
        space(owner).blobs.put(name, new Entry(Optional.of(entry.written()), entry.written(), entry.since()));
    }

    /** Size of a blob as it was written; 0 if there is none. */
    public synchronized int size(NsUid owner, Sha256 name) {
        Entry entry = space(owner).blobs.get(name);
        return entry == null ? 0 : entry.written().capacity();
    }

    /** Whether an owner has a blob of that name, and it is what was written. */
    public synchronized boolean isSound(NsUid owner, Sha256 name) {
        Entry entry = space(owner).blobs.get(name);
        return entry != null && !entry.isDamaged();
    }

    /** Whether a blob is in the trash. */
    public synchronized boolean isDiscarded(NsUid owner, Sha256 name) {
        return space(owner).trash.containsKey(name);
    }

    /** Whether nothing at all of an owner is left, not even in the trash. */
    public synchronized boolean isEmpty(NsUid owner) {
        Space space = space(owner);
        return space.blobs.isEmpty() && space.trash.isEmpty();
    }

    /** The blobs that are damaged or lost, in ascending order of their names, without those in the trash. */
    public synchronized Set<Sha256> damaged(NsUid owner) {
        Set<Sha256> damaged = new TreeSet<>();
        space(owner).blobs.forEach((name, entry) -> {
            if (entry.isDamaged()) {
                damaged.add(name);
            }
        });
        return damaged;
    }

    /** The owners that there are blobs of. */
    public synchronized Set<NsUid> owners() {
        return new HashSet<>(spaces.keySet());
    }

    @Override
    public synchronized BlobWriter create(NsUid owner, long expectedBytes) {
        mayFail(writeFaults, "a blob was not begun");
        return new Writer(space(owner));
    }

    @Override
    public synchronized Optional<RangedFile> open(NsUid owner, Sha256 name) {
        mayFail(readFaults, "blob " + name + " was not opened");
        return Optional.ofNullable(space(owner).blobs.get(name))
                .flatMap(Entry::bytes)
                .map(Handle::new);
    }

    @Override
    public synchronized List<StoredBlob> list(NsUid owner) {
        mayFail(readFaults, "blobs were not listed");
        return space(owner).blobs.entrySet().stream()
                .filter(blob -> blob.getValue().bytes().isPresent())
                .map(blob -> new StoredBlob(
                        blob.getKey(),
                        blob.getValue().bytes().orElseThrow().capacity(),
                        blob.getValue().since()))
                .toList();
    }

    @Override
    public synchronized boolean discard(NsUid owner, Sha256 name) {
        mayFail(writeFaults, "blob " + name + " was not discarded");
        return move(name, space(owner).blobs, space(owner).trash);
    }

    @Override
    public synchronized boolean restore(NsUid owner, Sha256 name) {
        mayFail(writeFaults, "blob " + name + " was not restored");
        return move(name, space(owner).trash, space(owner).blobs);
    }

    @Override
    public synchronized int purge(NsUid owner, Instant before) {
        mayFail(writeFaults, "the trash was not emptied");
        Map<Sha256, Entry> trash = space(owner).trash;
        int count = trash.size();
        trash.values().removeIf(entry -> entry.since().isBefore(before));
        return count - trash.size();
    }

    @Override
    public synchronized void destroy(NsUid owner) {
        mayFail(writeFaults, "blobs were not destroyed");
        Space space = spaces.remove(owner);
        if (space != null) {
            space.destroyed = true;
            space.blobs.clear();
            space.trash.clear();
        }
    }

    private boolean move(Sha256 name, Map<Sha256, Entry> from, Map<Sha256, Entry> to) {
        Entry entry = from.remove(name);
        if (entry == null) {
            return false;
        }
        Entry there = to.get(name);
        if (there == null || there.bytes().isEmpty()) {
            to.put(name, new Entry(entry.bytes(), entry.written(), clock.instant()));
        }
        return entry.bytes().isPresent();
    }

    private void mayFail(double share, String what) {
        if (share > 0 && random.nextDouble() < share) {
            throw new UnavailableException(what + ", in a simulated fault");
        }
    }

    private Space space(NsUid owner) {
        return spaces.computeIfAbsent(owner, absent -> new Space());
    }

    private Entry entry(NsUid owner, Sha256 name) {
        Entry entry = space(owner).blobs.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("there is no blob " + name + " to be damaged");
        }
        return entry;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.duplicate().clear().get(bytes);
        return bytes;
    }

    private synchronized Sha256 commit(Space space, byte[] bytes) {
        Sha256 name = sha256(bytes);
        if (space.destroyed) {
            throw new UnavailableException("what was written of blob " + name + " was destroyed meanwhile");
        }
        boolean fails = writeFaults > 0 && random.nextDouble() < writeFaults;
        if (fails && random.nextBoolean()) {
            throw new UnavailableException("blob " + name + " was lost before its commit, in a simulated fault");
        }
        Entry before = space.blobs.get(name);
        if (before != null && before.isDamaged() && before.bytes().isPresent()) {
            throw new CorruptDataException("there are other bytes in place of blob " + name);
        }
        if (before == null || before.bytes().isEmpty()) {
            ByteBuffer stored = ByteBuffer.wrap(bytes);
            space.blobs.put(name, new Entry(Optional.of(stored), stored, clock.instant()));
        }
        if (fails) {
            throw new UnavailableException("blob " + name + " may not be durable, in a simulated fault");
        }
        return name;
    }

    private static Sha256 sha256(byte[] bytes) {
        try {
            return Sha256.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private final class Writer implements BlobWriter {
        private final Space space;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean ended;

        Writer(Space space) {
            this.space = space;
        }

        @Override
        public void write(ByteBuffer more) {
            requireOpen();
            byte[] copy = new byte[more.remaining()];
            more.get(copy);
            bytes.writeBytes(copy);
        }

        @Override
        public Sha256 commit() {
            requireOpen();
            ended = true;
            return SimulatedBlobs.this.commit(space, bytes.toByteArray());
        }

        @Override
        public void close() {
            ended = true;
        }

        private void requireOpen() {
            if (ended) {
                throw new IllegalStateException("the writer has ended");
            }
        }
    }

    private final class Handle implements RangedFile {
        private final ByteBuffer bytes;

        Handle(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.capacity();
        }

        @Override
        public void read(long position, ByteBuffer target) {
            Objects.checkFromIndexSize(position, (long) target.remaining(), size());
            synchronized (SimulatedBlobs.this) {
                mayFail(readFaults, "bytes were not read");
            }
            target.put(bytes.duplicate().clear().position((int) position).limit((int) position + target.remaining()));
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}

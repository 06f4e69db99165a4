/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.files.RangedFile;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Blobs in memory. */
public final class InMemoryBlobs implements BlobStore {
    private final InstantSource clock;
    private final Map<NsUid, Space> spaces = new ConcurrentHashMap<>();

    /** What one owner has. */
    private static final class Space {
        final Map<Sha256, Entry> blobs = new HashMap<>();
        final Map<Sha256, Entry> trash = new HashMap<>();
        boolean destroyed;
    }

    /** A blob, and since when it is where it is. */
    private record Entry(ByteBuffer bytes, Instant since) {}

    /** An empty store that goes by this clock. */
    public InMemoryBlobs(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public BlobWriter create(NsUid owner, long expectedBytes) {
        return new Writer(space(owner));
    }

    @Override
    public Optional<RangedFile> open(NsUid owner, Sha256 name) {
        Space space = space(owner);
        synchronized (space) {
            return Optional.ofNullable(space.blobs.get(name)).map(entry -> new Bytes(entry.bytes()));
        }
    }

    @Override
    public List<StoredBlob> list(NsUid owner) {
        Space space = space(owner);
        synchronized (space) {
            return space.blobs.entrySet().stream()
                    .map(blob -> new StoredBlob(
                            blob.getKey(),
                            blob.getValue().bytes().capacity(),
                            blob.getValue().since()))
                    .toList();
        }
    }

    @Override
    public boolean discard(NsUid owner, Sha256 name) {
        Space space = space(owner);
        return move(space, name, space.blobs, space.trash);
    }

    @Override
    public boolean restore(NsUid owner, Sha256 name) {
        Space space = space(owner);
        return move(space, name, space.trash, space.blobs);
    }

    @Override
    public int purge(NsUid owner, Instant before) {
        Space space = space(owner);
        synchronized (space) {
            int count = space.trash.size();
            space.trash.values().removeIf(entry -> entry.since().isBefore(before));
            return count - space.trash.size();
        }
    }

    @Override
    public void destroy(NsUid owner) {
        Space space = spaces.remove(owner);
        if (space != null) {
            synchronized (space) {
                space.destroyed = true;
                space.blobs.clear();
                space.trash.clear();
            }
        }
    }

    private boolean move(Space space, Sha256 name, Map<Sha256, Entry> from, Map<Sha256, Entry> to) {
        synchronized (space) {
            Entry entry = from.remove(name);
            if (entry == null) {
                return false;
            }
            to.put(name, new Entry(entry.bytes(), clock.instant()));
            return true;
        }
    }

    private Space space(NsUid owner) {
        return spaces.computeIfAbsent(owner, absent -> new Space());
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
            byte[] all = bytes.toByteArray();
            Sha256 name = Sha256.of(MerkleTree.sha256().digest(all));
            synchronized (space) {
                if (space.destroyed) {
                    throw new UnavailableException("what was written of blob " + name + " was destroyed meanwhile");
                }
                space.blobs.putIfAbsent(name, new Entry(ByteBuffer.wrap(all), clock.instant()));
            }
            return name;
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

    /** One blob, open. */
    private static final class Bytes implements RangedFile {
        private final ByteBuffer bytes;

        Bytes(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.capacity();
        }

        @Override
        public void read(long position, ByteBuffer target) {
            Objects.checkFromIndexSize(position, (long) target.remaining(), size());
            target.put(bytes.duplicate().position((int) position).limit((int) position + target.remaining()));
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}

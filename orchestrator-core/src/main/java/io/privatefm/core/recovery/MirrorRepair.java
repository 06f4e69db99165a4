/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies damaged blobs back from a mirror: a second blob store with the same bytes under the same names, which the host keeps and this
 * engine only reads. A copy is checked before the damaged blob is put into the trash, where it stays for as long as orphans do.
 */
final class MirrorRepair {
    private static final Logger LOG = LoggerFactory.getLogger(MirrorRepair.class);
    private static final int CHUNK_BYTES = 1 << 16;

    private final BlobStore store;
    private final SealedBlobs blobs;
    private final @Nullable BlobStore mirror;
    private final @Nullable SealedBlobs copies;

    /**
     * Repairs from a mirror, if there is one.
     *
     * @param sealing opens a store's blobs
     */
    MirrorRepair(BlobStore store, @Nullable BlobStore mirror, Function<BlobStore, SealedBlobs> sealing) {
        this.store = store;
        this.blobs = sealing.apply(store);
        this.mirror = mirror;
        this.copies = mirror == null ? null : sealing.apply(mirror);
    }

    /** Whether there is a mirror. */
    boolean isThere() {
        return mirror != null;
    }

    /** Those of these blobs that are missing, or not what was stored. */
    List<Sha256> damaged(NsUid owner, Collection<Sha256> names) {
        return names.stream().filter(name -> !isSound(blobs, owner, name)).toList();
    }

    /** Whether the mirror has a sound copy of each. */
    boolean hasAll(NsUid owner, Collection<Sha256> names) {
        return copies != null && !names.isEmpty() && names.stream().allMatch(name -> isSound(copies, owner, name));
    }

    /**
     * Puts the mirror's copies in place of damaged blobs.
     *
     * @throws CorruptDataException if a copy is not what it should be; the blob is as it was
     */
    void repair(NsUid owner, Collection<Sha256> damaged) {
        for (Sha256 name : damaged) {
            repair(owner, name);
            LOG.info("blob {} of namespace {} was copied back from the mirror", name, owner);
        }
    }

    private void repair(NsUid owner, Sha256 name) {
        if (mirror == null || copies == null || !isSound(copies, owner, name)) {
            throw new CorruptDataException("the mirror has no sound copy of blob " + name);
        }
        store.discard(owner, name);
        try (RangedFile copy = mirror.open(owner, name).orElseThrow(() -> gone(name));
                BlobWriter writer = store.create(owner, copy.size())) {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
            for (long at = 0; at < copy.size(); at += chunk.limit()) {
                chunk.clear().limit((int) Math.min(chunk.capacity(), copy.size() - at));
                copy.read(at, chunk);
                writer.write(chunk.flip());
            }
            Sha256 written = writer.commit();
            if (!written.equals(name)) {
                throw new CorruptDataException("the mirror's copy of blob " + name + " changed while it was read");
            }
        }
        blobs.checkStored(owner, name);
    }

    private static UnavailableException gone(Sha256 name) {
        return new UnavailableException("the mirror's copy of blob " + name + " is gone");
    }

    private static boolean isSound(SealedBlobs blobs, NsUid owner, Sha256 name) {
        try {
            blobs.checkStored(owner, name);
            return true;
        } catch (CorruptDataException e) {
            return false;
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.files.RangedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Blobs in one local directory, which must be on one file system:
 *
 * <pre>
 * blobs/&lt;namespace uid&gt;/&lt;first two hex digits&gt;/&lt;64 hex digits&gt;   finished, never changed
 * staging/&lt;namespace uid&gt;-&lt;random&gt;.tmp                             being written
 * trash/&lt;namespace uid&gt;/&lt;64 hex digits&gt;-&lt;milliseconds&gt;             discarded, and when
 * </pre>
 *
 * A blob is forced to the disk before it gets its name, and its folder after: a name that can be seen after a power
 * loss has all its bytes. If forcing the folder fails, the name may be seen although {@code commit()} threw; nothing
 * refers to it then, and committing the same bytes again compares them and forces the folder again. What a killed
 * process leaves in {@code staging} is in nobody's way, and goes with a later purge. A blob is discarded and brought back by one atomic move; on a
 * journaling file system it is in the one place or the other after a power loss. On POSIX systems folders are 0700,
 * files 0600 while written and 0400 as blobs.
 *
 * <p>Several processes may use one directory. Immutable, safe for use by several threads at once; a thread that is
 * interrupted inside gets an {@link io.privatefm.spi.UnavailableException}.
 */
public final class BlobDirectory implements BlobStore {
    private static final String BLOBS = "blobs";
    private static final String STAGING = "staging";
    private static final String TRASH = "trash";

    private final Path root;
    private final Path blobs;
    private final InstantSource clock;

    private BlobDirectory(Path root, InstantSource clock) {
        this.root = root;
        this.blobs = root.resolve(BLOBS);
        this.clock = clock;
    }

    /**
     * The blobs below {@code root}, which is created if it is not there.
     *
     * @throws io.privatefm.spi.InvalidInputException ({@link io.privatefm.spi.ErrorCode#CONFIGURATION}) if something
     *     else is in place of a folder
     * @throws io.privatefm.spi.UnavailableException if a folder cannot be created
     */
    public static BlobDirectory at(Path root) {
        return at(root, InstantSource.system());
    }

    static BlobDirectory at(Path root, InstantSource clock) {
        return new BlobDirectory(Directories.create(root, BLOBS, STAGING, TRASH), clock);
    }

    /**
     * {@inheritDoc} It says so if less than a tenth more than {@code expectedBytes} is free. The writer's
     * {@code commit()} detects a damaged blob of the same name and leaves it as it is.
     */
    @Override
    public BlobWriter create(NsUid owner, long expectedBytes) {
        return StagedBlob.create(root.resolve(STAGING), blobs, owner, expectedBytes);
    }

    /**
     * {@inheritDoc}
     *
     * @throws CorruptDataException if a symbolic link, or anything but a file, is in its place
     */
    @Override
    public Optional<RangedFile> open(NsUid owner, Sha256 name) {
        BlobPath path = BlobPath.of(blobs, owner, name);
        try {
            return path.exists() ? Optional.of(LocalFile.open(path.file())) : Optional.empty();
        } catch (IOException e) {
            throw Failures.unavailable("open", path.file(), e);
        }
    }

    /** {@inheritDoc} What is not a blob, such as a symbolic link in place of one, is not listed. */
    @Override
    public List<StoredBlob> list(NsUid owner) {
        return BlobFolder.list(blobs, owner);
    }

    /**
     * {@inheritDoc}
     *
     * @throws CorruptDataException if a symbolic link, or anything but a file, is in its place; it is left there
     */
    @Override
    public boolean discard(NsUid owner, Sha256 name) {
        BlobPath path = BlobPath.of(blobs, owner, name);
        try {
            return trash(owner).take(path, clock.instant());
        } catch (IOException e) {
            throw Failures.unavailable("discard", path.file(), e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws CorruptDataException if a symbolic link, or anything but a file, is in its place; it is left there
     */
    @Override
    public boolean restore(NsUid owner, Sha256 name) {
        BlobPath path = BlobPath.of(blobs, owner, name);
        try {
            return trash(owner).giveBack(path);
        } catch (IOException e) {
            throw Failures.unavailable("restore", path.file(), e);
        }
    }

    /** {@inheritDoc} When a blob was discarded is known to the millisecond, by this machine's clock. */
    @Override
    public int purge(NsUid owner, Instant before) {
        BlobTrash trash = trash(owner);
        try {
            StagingFolder.clear(root.resolve(STAGING), owner, before);
            return trash.purge(before);
        } catch (IOException e) {
            throw Failures.unavailable("purge", trash.folder(), e);
        }
    }

    /**
     * {@inheritDoc} A writer that was open before can no longer commit. A link in the owner's folders is removed, and what it leads to
     * is left alone.
     */
    @Override
    public void destroy(NsUid owner) {
        try {
            new OwnedFiles(owner, root.resolve(STAGING), List.of(root.resolve(TRASH), blobs)).destroy();
        } catch (IOException e) {
            throw Failures.unavailable("destroy", blobs.resolve(owner.value()), e);
        }
    }

    private BlobTrash trash(NsUid owner) {
        return BlobTrash.of(root.resolve(TRASH), owner);
    }
}

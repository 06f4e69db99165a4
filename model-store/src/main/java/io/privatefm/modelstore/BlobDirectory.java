/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.files.RangedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Blobs in one local directory, which must be on one file system:
 *
 * <pre>
 * blobs/&lt;namespace uid&gt;/&lt;first two hex digits&gt;/&lt;64 hex digits&gt;   finished, never changed
 * staging/&lt;random&gt;.tmp                                             being written
 * </pre>
 *
 * A blob is forced to the disk before it gets its name, and its folder after: a name that can be seen after a power
 * loss has all its bytes. If forcing the folder fails, the name may be seen although {@code commit()} threw; nothing
 * refers to it then, and committing the same bytes again compares them and forces the folder again. What a killed
 * process leaves in {@code staging} is in nobody's way. On POSIX systems folders are 0700, files 0600 while written and
 * 0400 as blobs.
 *
 * <p>Several processes may use one directory. Immutable, safe for use by several threads at once; a thread that is
 * interrupted inside gets an {@link io.privatefm.spi.UnavailableException}.
 */
public final class BlobDirectory implements BlobStore {
    private final Path blobs;
    private final Path staging;

    private BlobDirectory(Path blobs, Path staging) {
        this.blobs = blobs;
        this.staging = staging;
    }

    /**
     * The blobs below {@code root}, which is created if it is not there.
     *
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if something else is in place of a folder
     * @throws io.privatefm.spi.UnavailableException if a folder cannot be created
     */
    public static BlobDirectory at(Path root) {
        try {
            createAll(root.toAbsolutePath());
            Path real = root.toRealPath();
            Path blobs = real.resolve("blobs");
            Path staging = real.resolve("staging");
            DurableFolder.create(blobs, real);
            DurableFolder.create(staging, real);
            return new BlobDirectory(blobs, staging);
        } catch (NotDirectoryException e) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, Failures.shown(e.getFile()), null, "is not a directory");
        } catch (IOException e) {
            throw Failures.unavailable("create", root, e);
        }
    }

    /** {@inheritDoc} The writer's {@code commit()} detects a damaged blob of the same name and leaves it as it is. */
    @Override
    public BlobWriter create(NsUid owner) {
        return StagedBlob.create(staging, blobs, owner);
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

    private static void createAll(Path folder) throws IOException {
        @Nullable Path parent = folder.getParent();
        if (parent == null || Files.isDirectory(folder)) {
            return;
        }
        createAll(parent);
        DurableFolder.create(folder, parent);
    }
}

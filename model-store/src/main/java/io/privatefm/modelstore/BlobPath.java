/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Where a blob in sight is: {@code blobs/<namespace uid>/<first two hex digits>/<64 hex digits>}.
 *
 * @param blobs the folder of all namespaces
 * @param space the folder of one namespace
 * @param folder the folder of the blobs whose names begin with the same two digits
 * @param file the blob
 */
record BlobPath(Path blobs, Path space, Path folder, Path file, Sha256 name) {
    static BlobPath of(Path blobs, NsUid owner, Sha256 name) {
        String hex = name.hex();
        Path space = blobs.resolve(owner.value());
        Path folder = space.resolve(hex.substring(0, 2));
        return new BlobPath(blobs, space, folder, folder.resolve(hex), name);
    }

    /**
     * Whether the blob is there; what is absent is known to be absent, and not just out of sight.
     *
     * @throws CorruptDataException if a symbolic link, or anything but a file, is in its place
     * @throws IOException if it cannot be told
     */
    boolean exists() throws IOException {
        DurableFolder.requireFolder(blobs); // a disk that is not mounted holds nothing, and that says nothing
        try {
            DurableFolder.requireFolder(space);
            DurableFolder.requireFolder(folder);
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile()) {
                throw new CorruptDataException("blob " + Failures.shown(file) + ": is "
                        + (attributes.isSymbolicLink() ? "a symbolic link" : "not a regular file")
                        + ", which this store never makes");
            }
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Moves a finished file, forced and closed, to this place; durable when this returns. A blob that is there already
     * is left as it is.
     *
     * @param staged the file, on the same file system
     * @param length its length
     * @throws CorruptDataException if a blob of this name is there with other bytes
     */
    void take(Path staged, long length) throws IOException {
        DurableFolder.create(space, blobs);
        DurableFolder.create(folder, space);
        // opened before the move: it forces the folder that the file went to, whatever is renamed meanwhile
        try (DurableFolder entries = DurableFolder.open(folder)) {
            if (!exists() || !isSame(length)) {
                Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE);
            }
            entries.force(); // also for a blob that was there: who moved it may not have come that far
        }
    }

    /** Compares the blob that is there with this name and length; false if it was discarded just now. */
    private boolean isSame(long length) throws IOException {
        try (LocalFile there = LocalFile.open(file)) {
            if (there.size() != length) {
                throw damaged("it has " + there.size() + " bytes instead of " + length);
            }
            Sha256 found = BlobDigest.of(there);
            if (!found.equals(name)) {
                throw damaged("its bytes hash to " + found);
            }
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private CorruptDataException damaged(String reason) {
        return new CorruptDataException("blob " + Failures.shown(file) + " is damaged: " + reason
                + "; it was left as it is, and nothing was written");
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.StoredBlob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Lists the blobs of one namespace that are in sight. What is not a blob at its place is passed over. */
final class BlobFolder {
    private static final Pattern FOLDER = Pattern.compile("[0-9a-f]{2}");
    private static final Pattern BLOB = Pattern.compile("[0-9a-f]{64}");

    private final Path blobs;
    private final NsUid owner;
    private final List<StoredBlob> found = new ArrayList<>();

    private BlobFolder(Path blobs, NsUid owner) {
        this.blobs = blobs;
        this.owner = owner;
    }

    /**
     * Lists all of them, or none.
     *
     * @throws io.privatefm.spi.UnavailableException if a folder cannot be listed, or is none
     */
    static List<StoredBlob> list(Path blobs, NsUid owner) {
        BlobFolder listing = new BlobFolder(blobs, owner);
        Path space = blobs.resolve(owner.value());
        try {
            DurableFolder.requireFolder(blobs); // a disk that is not mounted holds nothing, and that says nothing
            DurableFolder.requireFolder(space);
        } catch (NoSuchFileException e) {
            if (blobs.toString().equals(e.getFile())) {
                throw Failures.unavailable("list", space, e);
            }
            return List.of();
        } catch (IOException e) {
            throw Failures.unavailable("list", space, e);
        }
        Directories.forEach(space, listing::addFolder);
        return List.copyOf(listing.found);
    }

    private void addFolder(Path folder) throws IOException {
        if (FOLDER.matcher(folder.getFileName().toString()).matches()) {
            DurableFolder.requireFolder(folder);
            Directories.forEach(folder, this::addBlob);
        }
    }

    private void addBlob(Path file) throws IOException {
        String hex = file.getFileName().toString();
        if (!BLOB.matcher(hex).matches()) {
            return;
        }
        Sha256 name = Sha256.parse(hex);
        if (!BlobPath.of(blobs, owner, name).file().equals(file)) {
            return;
        }
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isRegularFile()) {
                found.add(new StoredBlob(
                        name, attributes.size(), attributes.lastModifiedTime().toInstant()));
            }
        } catch (NoSuchFileException ignored) {
            // discarded while this lists
        }
    }
}

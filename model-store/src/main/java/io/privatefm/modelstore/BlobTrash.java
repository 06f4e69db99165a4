/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The discarded blobs of one namespace, {@code trash/<namespace uid>/<64 hex digits>-<milliseconds>}: one file for each
 * time that a blob was discarded.
 *
 * @param trash the folder of all namespaces
 * @param folder the folder of this one
 */
record BlobTrash(Path trash, Path folder) {
    static BlobTrash of(Path trash, NsUid owner) {
        return new BlobTrash(trash, trash.resolve(owner.value()));
    }

    /**
     * Moves a blob here; durable when this returns.
     *
     * @return false if it is not in sight, which then lasts: a call that failed may have moved it
     */
    boolean take(BlobPath blob, Instant now) throws IOException {
        DurableFolder.create(folder, trash);
        while (blob.exists()) {
            Path file = TrashedBlob.of(folder, blob.name(), now).file();
            if (DurableFolder.move(blob.file(), file)) {
                return true;
            }
        }
        DurableFolder.forceIfThere(folder);
        DurableFolder.forceIfThere(blob.folder());
        return false;
    }

    /**
     * Moves a blob back; durable when this returns. One that is in sight again already is replaced by the same bytes.
     *
     * @return false if it is not here; that it is in sight, if it is, then lasts
     */
    boolean giveBack(BlobPath blob) throws IOException {
        for (Optional<TrashedBlob> found = find(blob.name()); found.isPresent(); found = find(blob.name())) {
            DurableFolder.create(blob.space(), blob.blobs());
            DurableFolder.create(blob.folder(), blob.space());
            blob.exists(); // refuses to replace what is no blob
            if (DurableFolder.move(found.get().file(), blob.file())) {
                return true;
            }
        }
        DurableFolder.forceIfThere(blob.folder());
        DurableFolder.forceIfThere(folder);
        return false;
    }

    /** Destroys what was discarded before a point in time; that lasts when this returns. */
    int purge(Instant before) throws IOException {
        int destroyed = 0;
        for (TrashedBlob discarded : list()) {
            if (!discarded.discardedAt().isAfter(before) && Files.deleteIfExists(discarded.file())) {
                destroyed++;
            }
        }
        DurableFolder.forceIfThere(folder);
        return destroyed;
    }

    private Optional<TrashedBlob> find(Sha256 name) throws IOException {
        return list().stream().filter(found -> found.name().equals(name)).findFirst();
    }

    private List<TrashedBlob> list() throws IOException {
        List<TrashedBlob> found = new ArrayList<>();
        DurableFolder.requireFolder(trash);
        try {
            DurableFolder.requireFolder(folder);
        } catch (NoSuchFileException e) {
            return found;
        }
        Directories.forEach(
                folder,
                file -> TrashedBlob.parse(file)
                        .filter(discarded -> Files.isRegularFile(discarded.file(), LinkOption.NOFOLLOW_LINKS))
                        .ifPresent(found::add));
        return found;
    }
}

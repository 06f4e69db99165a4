/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.NsUid;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All files of one owner, to be destroyed.
 *
 * @param staging the folder of unfinished blobs of all owners
 * @param homes the folders in which each owner has a folder of its own
 */
record OwnedFiles(NsUid owner, Path staging, List<Path> homes) {
    OwnedFiles {
        homes = List.copyOf(homes);
    }

    /**
     * Destroys them; that lasts when this returns. Unfinished blobs go first, so that no writer can finish one after the owner's
     * folders were looked through; and these are looked through until all of them are gone, as another process may be moving a blob
     * from one to another.
     */
    void destroy() throws IOException {
        for (Path home : homes) {
            DurableFolder.requireFolder(home); // a disk that is not mounted holds nothing, and that says nothing
        }
        StagingFolder.clear(staging, owner, Instant.MAX);
        while (isAnyLeft()) {
            for (Path home : homes) {
                Files.walkFileTree(home.resolve(owner.value()), new Removal());
            }
        }
        // in any case: what is out of sight may have been removed, or moved, by a call that was cut off before it
        // lasted
        force(staging);
        for (Path home : homes) {
            force(home);
        }
    }

    private boolean isAnyLeft() throws IOException {
        boolean left = false;
        for (Path home : homes) {
            try {
                DurableFolder.requireFolder(home.resolve(owner.value()));
                left = true;
            } catch (NoSuchFileException e) {
                // gone
            }
        }
        return left;
    }

    private static void force(Path folder) throws IOException {
        try (DurableFolder entries = DurableFolder.open(folder)) {
            entries.force();
        }
    }

    /** Removes a folder with all that is in it, as far as nobody else does so or adds to it. Follows no link. */
    private static final class Removal extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            try {
                Files.deleteIfExists(folder);
            } catch (DirectoryNotEmptyException e) {
                // somebody has just put something there; the next round finds it
            }
            return FileVisitResult.CONTINUE;
        }
    }
}

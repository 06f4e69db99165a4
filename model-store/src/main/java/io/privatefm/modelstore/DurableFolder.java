/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A folder, open so that its entries can be made durable. Where folders cannot be opened like files (Windows), this
 * does nothing: the operating system offers nothing better.
 */
final class DurableFolder implements Closeable {
    private final @Nullable FileChannel channel;

    private DurableFolder(@Nullable FileChannel channel) {
        this.channel = channel;
    }

    static DurableFolder open(Path folder) throws IOException {
        return new DurableFolder(
                Permissions.isPosix(folder) ? FileChannel.open(folder, StandardOpenOption.READ) : null);
    }

    /**
     * Creates a folder in an existing one unless it is there; its entry is durable when this returns. The parent is
     * forced in either case: who created the folder may not have come that far.
     *
     * @throws NotDirectoryException if something else is in its place, or a symbolic link
     */
    static void create(Path folder, Path parent) throws IOException {
        try (DurableFolder entries = open(parent)) {
            try {
                Files.createDirectory(folder, Permissions.folder(folder));
            } catch (FileAlreadyExistsException e) {
                requireFolder(folder);
            }
            entries.force();
        }
    }

    /**
     * Creates a folder with the parents that it lacks; their entries are durable when this returns. If it is there, its
     * own entry is forced: a process that was killed may have left it unforced, and no other on the way.
     *
     * @throws NotDirectoryException if something else is in the way, or a symbolic link in place of a new one
     */
    static void createAll(Path folder) throws IOException {
        @Nullable Path parent = folder.getParent();
        if (parent == null) {
            return;
        }
        if (Files.isDirectory(folder)) {
            forceReadable(parent);
            return;
        }
        createAll(parent);
        create(folder, parent);
    }

    /** A folder that may not be read is not one that {@link #createAll} has put another in. */
    private static void forceReadable(Path folder) throws IOException {
        try (DurableFolder entries = open(folder)) {
            entries.force();
        } catch (AccessDeniedException ignored) {
            // whoever put the entry there saw to it
        }
    }

    /**
     * Moves a file to another folder of the same file system; durable when this returns. If this fails after the move,
     * the file may be in the one or the other after a power loss.
     *
     * @return false if another call was faster, and the file is not there
     */
    static boolean move(Path file, Path to) throws IOException {
        try (DurableFolder target = open(Objects.requireNonNull(to.getParent()));
                DurableFolder source = open(Objects.requireNonNull(file.getParent()))) {
            try {
                Files.move(file, to, StandardCopyOption.ATOMIC_MOVE);
            } catch (NoSuchFileException e) {
                return false;
            }
            target.force(); // first: a file that shows twice is better than one that shows nowhere
            source.force();
            return true;
        }
    }

    /** Forces a folder if it is there: for what another call began and may not have finished. */
    static void forceIfThere(Path folder) throws IOException {
        try (DurableFolder entries = open(folder)) {
            entries.force();
        } catch (NoSuchFileException ignored) {
            // nothing was begun in it
        }
    }

    /**
     * Fails unless there is a folder that is not a symbolic link.
     *
     * @throws NoSuchFileException if nothing is there
     * @throws NotDirectoryException if something else is there
     */
    static void requireFolder(Path folder) throws IOException {
        if (!Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isDirectory()) {
            throw new NotDirectoryException(folder.toString());
        }
    }

    /** Makes what was created, renamed or deleted in the folder survive a power loss. */
    void force() throws IOException {
        if (channel != null) {
            channel.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
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
     * Fails unless there is a folder that is not a symbolic link.
     *
     * @throws java.nio.file.NoSuchFileException if nothing is there
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

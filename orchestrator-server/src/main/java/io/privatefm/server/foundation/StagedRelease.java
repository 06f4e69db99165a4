/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.foundation;

import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A copy of a model beside the releases, under a name that is no release's, durable and read-only; removed unless it was moved. */
final class StagedRelease implements AutoCloseable {
    private static final String PREFIX = ".import-";
    private static final int CHUNK_BYTES = 1 << 20;
    private static final String READ_ONLY = "r--r--r--";
    private static final String CLOSED = "r-xr-xr-x";
    private static final String OPEN = "rwxr-xr-x";

    private final Path folder;
    private boolean moved;

    private StagedRelease(Path folder) {
        this.folder = folder;
    }

    /** Copies a model's files; each is forced. */
    static StagedRelease copy(ModelFiles model, Path directory, String name) throws IOException {
        StagedRelease staged = new StagedRelease(Files.createTempDirectory(directory, PREFIX + name + "-"));
        try {
            for (String file : model.names()) {
                staged.copy(model, file);
            }
            DurableFiles.permit(staged.folder, CLOSED);
            DurableFiles.force(staged.folder);
            return staged;
        } catch (IOException | RuntimeException | Error e) {
            try {
                staged.close();
            } catch (IOException later) {
                e.addSuppressed(later);
            }
            throw e;
        }
    }

    /**
     * Removes what killed imports left.
     *
     * @param lock on the directory: no other import is under way
     */
    static void clearLeftovers(Path directory, FileLock lock) throws IOException {
        if (!lock.isValid()) {
            throw new IllegalStateException("not locked");
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, PREFIX + "*-*")) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    remove(entry);
                }
            }
        }
    }

    Path folder() {
        return folder;
    }

    /** Moves it to its place at once; durable when this returns. */
    void moveTo(Path place) throws IOException {
        Files.move(folder, place, StandardCopyOption.ATOMIC_MOVE);
        moved = true;
        DurableFiles.force(place.resolveSibling("."));
    }

    @Override
    public void close() throws IOException {
        if (!moved) {
            remove(folder);
        }
    }

    private void copy(ModelFiles model, String name) throws IOException {
        Path to = folder.resolve(name);
        try (RangedFile file = model.open(name);
                FileChannel channel = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, file.size()));
            for (long at = 0; at < file.size(); at += chunk.limit()) {
                chunk.clear().limit((int) Math.min(chunk.capacity(), file.size() - at));
                file.read(at, chunk);
                chunk.flip();
                while (chunk.hasRemaining()) {
                    channel.write(chunk);
                }
            }
            channel.force(true);
        }
        DurableFiles.permit(to, READ_ONLY);
    }

    private static void remove(Path folder) throws IOException {
        DurableFiles.permit(folder, OPEN);
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(files::add);
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(folder);
    }
}

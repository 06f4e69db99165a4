/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * A small file that is on the disk under a name of its own, {@code <name>-<random>.tmp}, in the folder of the one that
 * it is to become. On POSIX systems 0600. The folder is the caller's to force.
 */
final class StagedFile implements Closeable {
    private final Path staged;

    private StagedFile(Path staged) {
        this.staged = staged;
    }

    /** Writes and forces what is to become {@code file}. */
    static StagedFile of(Path file, byte[] content) throws IOException {
        Path staged =
                Objects.requireNonNull(file.getParent()).resolve(file.getFileName() + "-" + UUID.randomUUID() + ".tmp");
        StagedFile result = new StagedFile(staged);
        try {
            write(staged, ByteBuffer.wrap(content));
            return result;
        } catch (IOException e) {
            result.close();
            throw e;
        }
    }

    /** Whether a file is one of these, on its way to {@code name} or left behind by a process that was killed. */
    static boolean isOf(String name, Path file) {
        String found = String.valueOf(file.getFileName());
        return found.startsWith(name + "-") && isOne(file);
    }

    /** Whether a file is one of these. */
    static boolean isOne(Path file) {
        return String.valueOf(file.getFileName()).endsWith(".tmp");
    }

    /** Gives the file its name; false if that is taken, and then nothing is done. */
    boolean link(Path file) throws IOException {
        try {
            Files.createLink(file, staged);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** Puts the file in place of what has its name. */
    void replace(Path file) throws IOException {
        Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes the name that it had at first. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(staged);
        } catch (IOException ignored) {
            // it is in nobody's way, and goes with the next cleaning of its folder
        }
    }

    private static void write(Path file, ByteBuffer bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), Permissions.file(file))) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }
}

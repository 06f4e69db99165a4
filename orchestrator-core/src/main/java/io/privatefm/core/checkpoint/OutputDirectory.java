/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory that appears whole or not at all: filled under a name of its own beside its place, made durable, then renamed
 * onto it.
 */
final class OutputDirectory implements ModelOutput, AutoCloseable {
    private final Path target;
    private final Path staging;
    private boolean committed;

    private OutputDirectory(Path target, Path staging) {
        this.target = target;
        this.staging = staging;
    }

    /**
     * Starts a directory.
     *
     * @throws AlreadyExistsException if there is something at {@code target}
     * @throws InvalidInputException if the folder that it is to lie in is not there
     * @throws UnavailableException if the disk does not take it
     */
    static OutputDirectory create(Path target) {
        Path absolute = target.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, "the folder to write into does not exist: " + parent);
        }
        requireFree(absolute);
        try {
            // the name is that of this attempt alone; two attempts on one target do not disturb each other
            Path staging = Files.createTempDirectory(parent, "." + absolute.getFileName() + ".partial-");
            return new OutputDirectory(absolute, staging);
        } catch (IOException e) {
            throw unavailable(parent, e);
        }
    }

    /** Fails early if fewer bytes are free than will be written. */
    void requireSpace(long bytes) {
        try {
            long free = Files.getFileStore(staging).getUsableSpace();
            if (free < bytes) {
                throw new UnavailableException(
                        "not enough space for " + target + ": " + bytes + " bytes needed, " + free + " free");
            }
        } catch (IOException e) {
            throw unavailable(staging, e);
        }
    }

    @Override
    public OutputFile createFile(String name, long bytes) {
        return new OutputFile(staging.resolve(name));
    }

    /** Makes everything durable and moves it to its place. */
    void commit() {
        requireFree(target);
        try {
            sync(staging);
            Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
            committed = true;
            sync(target.resolveSibling("."));
        } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
            throw occupied(target);
        } catch (IOException e) {
            throw unavailable(target, e);
        }
    }

    /** Removes what was written unless it was committed. */
    @Override
    public void close() {
        if (committed) {
            return;
        }
        try (Stream<Path> paths = Files.walk(staging)) {
            List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw unavailable(staging, e);
        }
    }

    static UnavailableException unavailable(Path path, IOException e) {
        boolean explained = !(e instanceof FileSystemException failure) || failure.getReason() != null;
        String reason = explained ? e.getMessage() : e.getClass().getSimpleName();
        return new UnavailableException("cannot write " + path + ": " + reason, e);
    }

    private static void requireFree(Path target) {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw occupied(target);
        }
    }

    private static AlreadyExistsException occupied(Path target) {
        return new AlreadyExistsException("there is something at " + target + " already; nothing was written");
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}

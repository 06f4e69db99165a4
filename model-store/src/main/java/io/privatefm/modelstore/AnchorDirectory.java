/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.audit.AnchorSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Signed tree heads in one local directory, best on another disk than the database: a file {@code <20 digits>.note} for
 * each size. A note is written and forced under another name, and then linked, which never replaces a file; the file
 * system must know hard links. What a killed process leaves, {@code <random>.tmp}, is in nobody's way. On POSIX systems
 * the folder is 0700, the notes 0400.
 *
 * <p>Several processes may use one directory. Immutable, safe for use by several threads at once; a thread that is
 * interrupted inside gets an {@link io.privatefm.spi.UnavailableException}.
 */
public final class AnchorDirectory implements AnchorSink {
    private static final Pattern NOTE = Pattern.compile("[0-9]{20}\\.note");

    private final Path folder;

    private AnchorDirectory(Path folder) {
        this.folder = folder;
    }

    /**
     * The tree heads in {@code folder}, which is created if it is not there.
     *
     * @throws io.privatefm.spi.InvalidInputException ({@link io.privatefm.spi.ErrorCode#CONFIGURATION}) if something
     *     else is in its place
     * @throws io.privatefm.spi.UnavailableException if it cannot be created
     */
    public static AnchorDirectory at(Path folder) {
        return new AnchorDirectory(Directories.create(folder));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if {@code size} is negative
     */
    @Override
    public void anchor(long size, String note) {
        if (size < 0) {
            throw new IllegalArgumentException("a tree has no size of " + size);
        }
        Path file = folder.resolve("%020d.note".formatted(size));
        byte[] bytes = note.getBytes(StandardCharsets.UTF_8);
        try (DurableFolder entries = DurableFolder.open(folder)) {
            if (!link(file, bytes) && !Arrays.equals(Files.readAllBytes(file), bytes)) {
                throw new CorruptDataException(
                        Failures.shown(file) + " holds another note; it was left as it is, and nothing was written");
            }
            entries.force(); // also for a note that was there: who linked it may not have come that far
        } catch (IOException e) {
            throw Failures.unavailable("store", file, e);
        }
    }

    @Override
    public List<String> anchored() {
        SortedSet<Path> files = new TreeSet<>();
        Directories.forEach(folder, file -> {
            if (NOTE.matcher(file.getFileName().toString()).matches()) {
                files.add(file);
            }
        });
        List<String> notes = new ArrayList<>();
        for (Path file : files) {
            try {
                notes.add(Files.readString(file));
            } catch (IOException e) {
                throw Failures.unavailable("read", file, e);
            }
        }
        return List.copyOf(notes);
    }

    /** Gives a name to the bytes once they are on the disk; false if it is taken. */
    private boolean link(Path file, byte[] bytes) throws IOException {
        Path written = folder.resolve(UUID.randomUUID() + ".tmp");
        try {
            write(written, ByteBuffer.wrap(bytes));
            Files.createLink(file, written);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private static void write(Path file, ByteBuffer bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), Permissions.file(file))) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            Permissions.makeReadOnly(file);
            channel.force(true);
        }
    }
}

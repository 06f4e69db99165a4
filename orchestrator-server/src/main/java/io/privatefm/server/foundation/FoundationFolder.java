/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.foundation;

import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A foundation directory, to be written: takes one more release, which appears whole or not at all, as the newest. From then on its files are
 * read-only. One import at a time has the directory, by a lock on {@value #LOCK}.
 */
public final class FoundationFolder {
    private static final String LOCK = ".import.lock";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final Path directory;

    private FoundationFolder(Path directory) {
        this.directory = directory;
    }

    /**
     * A foundation directory, which must be there.
     *
     * @throws InvalidInputException if it is not
     */
    public static FoundationFolder at(Path directory) {
        FoundationDirectory.at(directory);
        return new FoundationFolder(directory.toAbsolutePath().normalize());
    }

    /**
     * Fails if no release can get this name; writes nothing.
     *
     * @throws InvalidInputException if it cannot be the name of a folder
     * @throws AlreadyExistsException if a release has it, or something is in its place
     */
    public void requireFree(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "a release's name begins with a letter or digit, and has 1 to 100 letters, digits, dots, underscores"
                            + " and hyphens");
        }
        for (FoundationRelease release : FoundationDirectory.at(directory).releases()) {
            if (release.name().equals(name)) {
                throw new AlreadyExistsException(directory + " has a release " + name + " already");
            }
        }
        if (Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
            throw new AlreadyExistsException("there is something at " + directory.resolve(name)
                    + " that is no listed release; remove it if an import was interrupted there");
        }
    }

    /**
     * Adds a release.
     *
     * @param model its files; copied
     * @param check is given the copy before it is a release; throws if it is not what it should be
     * @throws UnavailableException if the disk does not take it, or another import is under way
     */
    public void add(String name, ModelFiles model, Sha256 contentHash, Consumer<ModelFiles> check) {
        requireFree(name);
        try (FileChannel channel =
                        FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lock(channel)) {
            requireFree(name); // again: another import may have been faster
            StagedRelease.clearLeftovers(directory, lock);
            WrittenList list = WrittenList.of(directory);
            try (StagedRelease staged = StagedRelease.copy(model, directory, name)) {
                try (ModelFiles copy = LocalModelFiles.open(staged.folder())) {
                    check.accept(copy);
                }
                list.write(); // as the directory is: so that it stays so while the new folder has no entry yet
                staged.moveTo(directory.resolve(name));
                list.add(name, contentHash).write();
            }
        } catch (IOException e) {
            throw new UnavailableException("cannot write " + directory + ": " + e, e);
        }
    }

    private FileLock lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException e) {
            // said below
        }
        throw new UnavailableException("another import into " + directory + " is under way");
    }
}

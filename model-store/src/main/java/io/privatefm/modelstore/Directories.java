/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Resolving and listing directories, with I/O errors as the SPI reports them. */
final class Directories {
    private Directories() {}

    /** What is done with each entry of a directory. */
    @FunctionalInterface
    interface Visitor {
        void visit(Path entry) throws IOException;
    }

    /**
     * A directory with all symbolic links resolved.
     *
     * @param invalid code of the error if there is no such directory
     * @throws InvalidInputException if it does not exist or is not a directory
     * @throws io.privatefm.spi.UnavailableException if that cannot be told now
     */
    static Path real(Path directory, ErrorCode invalid) {
        try {
            Path real = directory.toRealPath();
            if (!Files.readAttributes(real, BasicFileAttributes.class).isDirectory()) {
                throw new InvalidInputException(invalid, Failures.shown(directory), null, "is not a directory");
            }
            return real;
        } catch (IOException e) {
            if (e instanceof NoSuchFileException || leadsThroughFile(directory)) {
                throw new InvalidInputException(invalid, Failures.shown(directory), null, "there is no such directory");
            }
            throw Failures.unavailable("open", directory, e);
        }
    }

    /**
     * A directory with all symbolic links resolved, created with its parents if it is not there; durable when this
     * returns.
     *
     * @param own names of the folders to create in it
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if something else is in place of a folder
     * @throws io.privatefm.spi.UnavailableException if a folder cannot be created
     */
    static Path create(Path directory, String... own) {
        try {
            DurableFolder.createAll(directory.toAbsolutePath());
            Path real = directory.toRealPath();
            for (String name : own) {
                DurableFolder.create(real.resolve(name), real);
            }
            return real;
        } catch (NotDirectoryException e) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, Failures.shown(e.getFile()), null, "is not a directory");
        } catch (IOException e) {
            throw Failures.unavailable("create", directory, e);
        }
    }

    /**
     * Visits the entries of a directory, in no particular order.
     *
     * @throws io.privatefm.spi.UnavailableException if the directory cannot be listed, or the visitor has an I/O error
     */
    static void forEach(Path directory, Visitor visitor) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                visitor.visit(entry);
            }
        } catch (DirectoryIteratorException e) {
            throw Failures.unavailable("list", directory, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw Failures.unavailable("list", directory, e);
        }
    }

    private static boolean leadsThroughFile(Path path) {
        for (@Nullable Path at = path.getParent(); at != null; at = at.getParent()) {
            if (Files.isRegularFile(at)) {
                return true;
            }
        }
        return false;
    }
}

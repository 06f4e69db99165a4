/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The regular files of one local directory, not of its sub-directories. They are listed once, on opening; a file that
 * goes away later is an {@link io.privatefm.spi.UnavailableException} when it is opened. A symbolic link counts as the
 * file it leads to if that file is inside the directory, and is left out otherwise. Files are read with positional
 * reads and never mapped into memory. Immutable.
 */
public final class LocalModelFiles implements ModelFiles {
    private final Path location;
    private final ErrorCode invalid;
    private final SortedMap<String, Path> files = new TreeMap<>(CodePointOrder.COMPARATOR);
    private final Map<String, String> leftOut = new HashMap<>();

    private LocalModelFiles(Path location, ErrorCode invalid) {
        this.location = location;
        this.invalid = invalid;
    }

    /**
     * Lists a directory.
     *
     * @throws InvalidInputException ({@link ErrorCode#MODEL_INVALID}) if it does not exist or is not a directory
     * @throws io.privatefm.spi.UnavailableException if it cannot be listed now
     */
    public static LocalModelFiles open(Path directory) {
        return list(directory, Directories.real(directory, ErrorCode.MODEL_INVALID), ErrorCode.MODEL_INVALID);
    }

    /**
     * Lists a directory.
     *
     * @param location the directory as the user calls it
     * @param real the same directory, all links resolved
     * @param invalid code of the error for a name that is refused
     * @throws io.privatefm.spi.UnavailableException if it cannot be listed now
     */
    static LocalModelFiles list(Path location, Path real, ErrorCode invalid) {
        LocalModelFiles listed = new LocalModelFiles(location, invalid);
        Directories.forEach(real, entry -> listed.add(entry, real));
        return listed;
    }

    /** The directory as it was given. */
    @Override
    public String location() {
        return location.toString();
    }

    @Override
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    /**
     * {@inheritDoc} A name is looked up in the list and never taken for a path.
     *
     * @throws InvalidInputException ({@link ErrorCode#MODEL_INVALID}, or {@link ErrorCode#ADAPTER_INVALID} for the
     *     files of an adapter) if there is no such file, or if it is a link that leaves the directory
     */
    @Override
    public RangedFile open(String name) {
        @Nullable Path file = files.get(name);
        if (file == null) {
            String reason = leftOut.getOrDefault(name, "there is no such file");
            throw new InvalidInputException(
                    invalid, Failures.shown(name), null, reason + " (in " + Failures.shown(location) + ")");
        }
        try {
            return LocalFile.open(file);
        } catch (IOException e) {
            throw Failures.unavailable("open", file, e);
        }
    }

    /** Does nothing: nothing is held open between calls. */
    @Override
    public void close() {}

    private void add(Path entry, Path real) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return; // went away while the directory was listed
        }
        String name = entry.getFileName().toString();
        if (attributes.isRegularFile()) {
            files.put(name, entry);
        } else if (attributes.isSymbolicLink()) {
            addLink(name, entry, real);
        } else {
            leftOut.put(name, "is not a regular file");
        }
    }

    private void addLink(String name, Path link, Path real) {
        Path target;
        try {
            target = link.toRealPath();
        } catch (IOException e) {
            leftOut.put(name, "is a symbolic link that cannot be followed");
            return;
        }
        if (!target.startsWith(real)) {
            leftOut.put(name, "is a symbolic link that leaves the directory");
        } else if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
            files.put(name, target);
        } else {
            leftOut.put(name, "is a symbolic link to something that is not a regular file");
        }
    }
}

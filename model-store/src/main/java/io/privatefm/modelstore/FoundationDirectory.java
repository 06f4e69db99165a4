/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The foundation's releases in one local directory. Which they are, is looked up with each call:
 *
 * <ol>
 *   <li>what {@code releases.json} lists, oldest first, if that file is there:
 *       <pre>{"releases": [{"name": "release-1", "path": "r1", "content_hash": "64 hex digits, optional"}]}</pre>
 *       Paths are relative, with {@code /}, and stay inside the directory ({@code .} is the directory itself);
 *   <li>without it, every sub-directory that holds {@code config.json} or a {@code *.safetensors} file, in natural
 *       order of their names ({@code release-2} before {@code release-10}). Symbolic links to directories are not
 *       counted. A sub-directory that cannot be listed is an error: leaving it out would shift the ordinals of others;
 *   <li>without any of those, the directory itself if it holds a {@code *.safetensors} file, named after the directory.
 * </ol>
 *
 * A directory with none of the three has no releases. Files are opened read-only, and there is no way to write.
 * Immutable, safe for use by several threads at once.
 */
public final class FoundationDirectory implements FoundationStore {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS_SUFFIX = ".safetensors";

    private final Path directory;
    private final Path realDirectory;

    private FoundationDirectory(Path directory, Path realDirectory) {
        this.directory = directory;
        this.realDirectory = realDirectory;
    }

    /**
     * The releases in {@code directory}.
     *
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if it does not exist or is not a directory
     * @throws io.privatefm.spi.UnavailableException if that cannot be told now
     */
    public static FoundationDirectory at(Path directory) {
        return new FoundationDirectory(directory, Directories.real(directory, ErrorCode.CONFIGURATION));
    }

    /**
     * {@inheritDoc} A listed release need not be there; opening it tells.
     *
     * @throws InvalidInputException ({@link ErrorCode#MODEL_INVALID}) if {@code releases.json} is malformed
     */
    @Override
    public List<FoundationRelease> releases() {
        return listed().stream().map(ListedRelease::release).toList();
    }

    /**
     * {@inheritDoc} It is looked up by its name.
     *
     * @throws InvalidInputException ({@link ErrorCode#INVALID_ARGUMENT}) if there is no release of that name;
     *     ({@link ErrorCode#MODEL_INVALID}) if {@code releases.json} is malformed or the release's path is no directory
     *     inside this one
     */
    @Override
    public ModelFiles open(FoundationRelease release) {
        String path = listed().stream()
                .filter(listed -> listed.release().name().equals(release.name()))
                .findFirst()
                .map(ListedRelease::path)
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.INVALID_ARGUMENT,
                        "there is no foundation release '" + Failures.shown(release.name()) + "' in "
                                + Failures.shown(directory)));
        Path real = ConfinedPath.resolve(
                path,
                realDirectory,
                reason -> new InvalidInputException(
                        ErrorCode.MODEL_INVALID,
                        "foundation release '" + Failures.shown(release.name()) + "', path '" + Failures.shown(path)
                                + "': " + reason));
        return LocalModelFiles.list(ConfinedPath.join(directory, path), real, ErrorCode.MODEL_INVALID);
    }

    private List<ListedRelease> listed() {
        boolean hasList = !Files.notExists(realDirectory.resolve(ReleaseList.FILE), LinkOption.NOFOLLOW_LINKS);
        ModelFiles own = LocalModelFiles.list(directory, realDirectory, ErrorCode.MODEL_INVALID);
        if (hasList) {
            return ReleaseList.read(own, realDirectory);
        }
        List<ListedRelease> found = subdirectories();
        return found.isEmpty() && own.names().stream().anyMatch(name -> name.endsWith(WEIGHTS_SUFFIX))
                ? List.of(unlisted(1, ownName(), "."))
                : found;
    }

    private List<ListedRelease> subdirectories() {
        TreeSet<String> names = new TreeSet<>(NaturalOrder.COMPARATOR);
        Directories.forEach(realDirectory, entry -> {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) && isModel(entry)) {
                names.add(entry.getFileName().toString());
            }
        });
        List<ListedRelease> found = new ArrayList<>();
        names.forEach(name -> found.add(unlisted(found.size() + 1, name, name)));
        return found;
    }

    private static boolean isModel(Path entry) {
        return LocalModelFiles.list(entry, entry, ErrorCode.MODEL_INVALID).names().stream()
                .anyMatch(name -> name.equals(CONFIG) || name.endsWith(WEIGHTS_SUFFIX));
    }

    private static ListedRelease unlisted(int ordinal, String name, String path) {
        return new ListedRelease(new FoundationRelease(ordinal, name, Optional.empty()), path);
    }

    private String ownName() {
        @Nullable Path name = directory.toAbsolutePath().normalize().getFileName();
        return name == null ? directory.toString() : name.toString();
    }
}

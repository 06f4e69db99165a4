/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.modelstore.http.HttpSource;
import io.privatefm.spi.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * Releases that were downloaded, in a local directory that several processes may share:
 *
 * <ul>
 *   <li>{@code releases/<name>-<hash>/}: the files of a release. The folder is there when all of them are, and is not
 *       written to again;
 *   <li>{@code partial/<name>-<hash>/}: one that is being downloaded, or that a process left half done;
 *   <li>{@code locks/<name>-<hash>}: kept from being downloaded twice at once.
 * </ul>
 *
 * The hash is of the server's URL and the release's, and of the content hash that is promised. Who deletes a folder has
 * the release downloaded again.
 */
final class ReleaseCache {
    private static final int SHOWN = 64;
    private static final int HASH_DIGITS = 16;

    private final Path directory;

    private ReleaseCache(Path directory) {
        this.directory = directory;
    }

    /**
     * The cache in a directory, which is created unless it is there.
     *
     * @throws io.privatefm.spi.InvalidInputException if something else is in its place
     * @throws io.privatefm.spi.UnavailableException if it cannot be created
     */
    static ReleaseCache at(Path directory) {
        return new ReleaseCache(Directories.create(directory, "releases", "partial", "locks"));
    }

    /** The directory, all links resolved. */
    Path directory() {
        return directory;
    }

    /**
     * The folder of a release, which is downloaded if it is not there.
     *
     * @param name for people
     * @param identity what tells the release from every other
     * @param list asks for the release's files; a copy of the list may go to the folder that it is given
     */
    Path complete(String name, String identity, HttpSource source, Function<Path, List<RemoteFile>> list) {
        String key = key(name, identity);
        Path folder = directory.resolve("releases").resolve(key);
        if (isThere(folder)) {
            return folder;
        }
        return new DownloadLock(directory.resolve("locks").resolve(key), source.pauses()).call(() -> {
            if (!isThere(folder)) {
                download(PartialRelease.in(directory.resolve("partial"), key), folder, source, list);
            }
            return folder;
        });
    }

    private static void download(
            PartialRelease partial, Path folder, HttpSource source, Function<Path, List<RemoteFile>> list) {
        List<RemoteFile> files = list.apply(partial.folder());
        partial.begin(files);
        for (RemoteFile file : files) {
            if (!partial.has(file)) {
                try (Part part = partial.part(file)) {
                    new Download(source, file).into(part);
                    part.place(partial.place(file));
                }
            }
        }
        partial.land(folder);
    }

    private static boolean isThere(Path folder) {
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
    }

    private static String key(String name, String identity) {
        byte[] bytes = identity.getBytes(StandardCharsets.UTF_8);
        Sha256 hash = Sha256.of(
                new Checksum(Checksum.Kind.SHA_256, "").start(bytes.length).digest(bytes));
        String shown = name.replaceAll("[^A-Za-z0-9._-]", "_");
        return shown.substring(0, Math.min(shown.length(), SHOWN)) + "-"
                + hash.hex().substring(0, HASH_DIGITS);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * A release that is being downloaded, in a folder of its own: {@code files} has those that are complete and checked,
 * {@code parts} and {@code etags} what there is of another, {@code of} which list of files they are of. Used by who
 * holds its {@link DownloadLock}.
 */
final class PartialRelease {
    private static final List<String> FOLDERS = List.of("files", "parts", "etags");

    private final Path folder;

    private PartialRelease(Path folder) {
        this.folder = folder;
    }

    /** The folder, created in {@code parent} unless it is there. */
    static PartialRelease in(Path parent, String name) {
        Path folder = parent.resolve(name);
        try {
            DurableFolder.create(folder, parent);
            return new PartialRelease(folder);
        } catch (IOException e) {
            throw Failures.unavailable("create", folder, e);
        }
    }

    /** For what else is to be kept until the release is complete. */
    Path folder() {
        return folder;
    }

    /** Keeps what is there of these files, and forgets what is there of others. */
    void begin(List<RemoteFile> files) {
        StringBuilder list = new StringBuilder();
        files.forEach(file -> list.append(file.uri())
                .append(' ')
                .append(file.bytes())
                .append(' ')
                .append(file.checksum().hex())
                .append('\n'));
        Path of = folder.resolve("of");
        try {
            if (!list.toString().equals(text(of))) {
                clear();
                Files.writeString(of, list);
            }
            for (String name : FOLDERS) {
                DurableFolder.create(folder.resolve(name), folder);
            }
        } catch (IOException e) {
            throw Failures.unavailable("prepare", folder, e);
        }
    }

    /** Whether a file is complete. */
    boolean has(RemoteFile file) {
        Path there = place(file);
        try {
            return Files.isRegularFile(there, LinkOption.NOFOLLOW_LINKS) && Files.size(there) == file.bytes();
        } catch (IOException e) {
            throw Failures.unavailable("read", there, e);
        }
    }

    /** What there is of a file. */
    Part part(RemoteFile file) {
        return Part.open(
                folder.resolve("parts").resolve(file.name()),
                folder.resolve("etags").resolve(file.name()),
                file);
    }

    /** Where a file goes that is complete. */
    Path place(RemoteFile file) {
        return folder.resolve("files").resolve(file.name());
    }

    /** Moves the files to where they are served from, all at once, and forgets the rest. */
    void land(Path target) {
        try {
            DurableFolder.move(folder.resolve("files"), target);
        } catch (IOException e) {
            throw Failures.unavailable("store", target, e);
        }
        forget();
    }

    private void forget() {
        try {
            clear();
            Directories.forEach(folder, Files::delete);
            Files.delete(folder);
        } catch (IOException | RuntimeException ignored) {
            // it is in nobody's way
        }
    }

    /** The list goes first: files without it count as none. */
    private void clear() throws IOException {
        Files.deleteIfExists(folder.resolve("of"));
        for (String name : FOLDERS) {
            Path inner = folder.resolve(name);
            if (Files.isDirectory(inner, LinkOption.NOFOLLOW_LINKS)) {
                Directories.forEach(inner, Files::delete);
                Files.delete(inner);
            }
        }
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Access for the owner alone, on file systems with POSIX permissions; elsewhere what the file system gives. */
final class Permissions {
    private static final FileAttribute<?>[] NONE = {};

    private Permissions() {}

    static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** For a new folder: 0700. */
    static FileAttribute<?>[] folder(Path path) {
        return created(path, "rwx------");
    }

    /** For a new file: 0600. */
    static FileAttribute<?>[] file(Path path) {
        return created(path, "rw-------");
    }

    /** Makes a file 0400. */
    static void makeReadOnly(Path path) throws IOException {
        if (isPosix(path)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--------"));
        }
    }

    private static FileAttribute<?>[] created(Path path, String permissions) {
        return isPosix(path)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : NONE;
    }
}

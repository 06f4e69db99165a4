/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.home;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Writes files that their owner alone may read, once. */
public final class SecretFile {
    private SecretFile() {}

    /**
     * Writes a file, whole or not at all; of several processes that write one, one wins.
     *
     * @return false if there is something in its place; nothing was written then
     */
    public static boolean create(Path file, String text) throws IOException {
        Path staged = Files.createTempFile(
                file.toAbsolutePath().getParent(),
                "key",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(staged, text);
            Files.createLink(file, staged);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.delete(staged);
        }
    }
}

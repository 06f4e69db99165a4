/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The room that a file system has left for this process. */
final class FreeSpace {
    private FreeSpace() {}

    /**
     * Fails unless a tenth more than {@code bytes} fits: the file system has needs of its own, and others write too.
     *
     * @throws FileSystemException if it does not
     */
    static void require(Path folder, long bytes) throws IOException {
        long usable = Files.getFileStore(folder).getUsableSpace();
        if (usable - bytes < bytes / 10) {
            throw new FileSystemException(
                    folder.toString(), null, "no room for " + bytes + " bytes, only " + usable + " are free");
        }
    }
}

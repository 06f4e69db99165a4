/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.NsUid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/** The folder of blobs that are being written, and of what killed processes left there. */
final class StagingFolder {
    private StagingFolder() {}

    /** Deletes an owner's files that nobody has written to since a point in time. */
    static void clear(Path staging, NsUid owner, Instant before) throws IOException {
        Directories.forEach(staging, file -> {
            String name = String.valueOf(file.getFileName());
            if (name.startsWith(owner + "-") && name.endsWith(".tmp") && isOlder(file, before)) {
                Files.deleteIfExists(file);
            }
        });
    }

    private static boolean isOlder(Path file, Instant before) throws IOException {
        try {
            FileTime touched = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
            return touched.toInstant().isBefore(before);
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}

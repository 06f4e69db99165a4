/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/** A file of the data directory, which other processes may be reading: replaced as a whole, and only if it differs. */
public final class HomeFile {
    private HomeFile() {}

    public static void write(Path file, byte[] content) throws IOException {
        if (has(file, content)) {
            return;
        }
        Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
        Path staged = Files.createTempFile(folder, file.getFileName().toString(), ".tmp");
        try {
            Files.write(staged, content);
            Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(staged);
        }
    }

    private static boolean has(Path file, byte[] content) throws IOException {
        try {
            return Arrays.equals(Files.readAllBytes(file), content);
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.RangedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Real files for tests. */
final class TestFiles {
    private TestFiles() {}

    /** A new generator; its seed is printed, and {@code -Dpfm.seed=…} runs the same again. */
    static Random random(String test) {
        long seed = Long.getLong("pfm.seed", new Random().nextLong());
        System.out.println(test + ": -Dpfm.seed=" + seed);
        return new Random(seed);
    }

    static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Writes a text, with the folders it needs. */
    static Path write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path folder(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void link(Path link, Path target) {
        try {
            Files.createSymbolicLink(link, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of an open file, which is closed. */
    static byte[] readAll(RangedFile file) {
        try (file) {
            byte[] bytes = new byte[Math.toIntExact(file.size())];
            file.read(0, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }

    static String readText(RangedFile file) {
        return new String(readAll(file), StandardCharsets.UTF_8);
    }

    /** All regular files and links below a folder, relative to it, sorted. */
    static List<String> below(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> !Files.isDirectory(path))
                    .map(path -> folder.relativize(path).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Sha256 sha256(byte[] bytes) {
        try {
            return Sha256.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    static void assumePosix(Path path) {
        assumeTrue(
                path.getFileSystem().supportedFileAttributeViews().contains("posix"),
                "a file system with POSIX permissions");
    }

    /** The JVM can only name files in the encoding of the locale it runs in. */
    static void assumeFileName(String name) {
        String encoding = System.getProperty("sun.jnu.encoding");
        assumeTrue(
                Charset.forName(encoding).newEncoder().canEncode(name),
                "file names in " + encoding + " can be " + name);
    }
}

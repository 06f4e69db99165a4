/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.privacy;

import io.privatefm.testkit.SafetensorsContent;
import io.privatefm.testkit.StoredTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Bytes that nobody may read of a learner, in windows of 16 bytes, one after the other: whatever shows 31 bytes in a row of what was
 * added here is found, wherever it begins. Used by one thread.
 */
final class Canaries {
    private static final int WINDOW = 16;
    private static final int BITS = 1 << 22;

    private final Map<ByteBuffer, String> windows = new HashMap<>();
    private final BitSet beginnings = new BitSet(BITS);

    /** Adds the tensors of a safetensors file or of a model directory. */
    void addTensors(String what, Map<String, StoredTensor> tensors) {
        tensors.forEach((name, tensor) -> add(what + " " + name, tensor.bytes()));
    }

    /** Adds the tensors of one file. */
    void addTensors(String what, byte[] file) {
        addTensors(what, SafetensorsContent.parse(file).tensors());
    }

    /** Adds a text. */
    void addText(String what, String text) {
        add(what, text.getBytes(StandardCharsets.UTF_8));
    }

    private void add(String what, byte[] bytes) {
        for (int at = 0; at + WINDOW <= bytes.length; at += WINDOW) {
            byte[] window = Arrays.copyOfRange(bytes, at, at + WINDOW);
            if (isTelling(window)) {
                windows.put(ByteBuffer.wrap(window), what);
                beginnings.set(bit(beginning(bytes, at)));
            }
        }
    }

    /** Whether it is not there by chance: zeros are everywhere. */
    private static boolean isTelling(byte[] window) {
        Set<Byte> different = new TreeSet<>();
        for (byte one : window) {
            different.add(one);
        }
        return different.size() > WINDOW / 4;
    }

    /** Takes out what is in the clear by design, such as the foundation's own bytes. */
    void remove(byte[] known) {
        for (int at = 0; at + WINDOW <= known.length; at++) {
            windows.remove(ByteBuffer.wrap(known, at, WINDOW).slice());
        }
    }

    int count() {
        return windows.size();
    }

    /** What canaries are of. */
    Set<String> kinds() {
        return new TreeSet<>(windows.values());
    }

    /** What can be read in some bytes. */
    Set<String> in(byte[] bytes) {
        Set<String> found = new TreeSet<>();
        for (int at = 0; at + WINDOW <= bytes.length; at++) {
            if (beginnings.get(bit(beginning(bytes, at)))) {
                String what = windows.get(ByteBuffer.wrap(bytes, at, WINDOW).slice());
                if (what != null) {
                    found.add(what);
                }
            }
        }
        return found;
    }

    /** What can be read in some text. */
    Set<String> in(String text) {
        return in(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What can be read in all files below some folders; files may come and go meanwhile. */
    Set<String> inFiles(Path... folders) {
        Set<String> found = new TreeSet<>();
        for (Path folder : folders) {
            for (Path file : files(folder)) {
                try {
                    in(Files.readAllBytes(file)).forEach(what -> found.add(what + " in " + folder.relativize(file)));
                } catch (NoSuchFileException e) {
                    // it was moved; what it is now is looked at later
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return found;
    }

    /** All files below a folder. */
    static List<Path> files(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long beginning(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes, at, Long.BYTES).getLong();
    }

    private static int bit(long beginning) {
        return (int) ((beginning * 0x9E3779B97F4A7C15L) >>> 42);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The files of a model or adapter, in memory. Immutable. */
public final class MemoryFiles implements ModelFiles {
    private final String location;
    private final Map<String, byte[]> files = new TreeMap<>();

    private MemoryFiles(String location, Map<String, byte[]> files) {
        this.location = location;
        files.forEach((name, bytes) -> this.files.put(name, bytes.clone()));
    }

    /** These files; {@code location} is what messages call the place. */
    public static MemoryFiles of(String location, Map<String, byte[]> files) {
        return new MemoryFiles(location, files);
    }

    /** Writes them to a directory, which is made if need be. */
    public Path writeTo(Path directory) {
        try {
            Files.createDirectories(directory);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(directory.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory;
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    @Override
    public RangedFile open(String name) {
        byte[] bytes = files.get(name);
        if (bytes == null) {
            throw new InvalidInputException(ErrorCode.MODEL_INVALID, name, null, "there is no such file");
        }
        return new Range(bytes);
    }

    @Override
    public void close() {
        // nothing is held
    }

    /** One file. */
    private static final class Range implements RangedFile {
        private final byte[] bytes;

        Range(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public void read(long position, ByteBuffer target) {
            target.put(bytes, Math.toIntExact(position), target.remaining());
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What safetensors bytes hold, for assertions: a reader of its own, for well-formed small files. */
public final class SafetensorsContent {
    private final Map<String, StoredTensor> tensors;
    private final Map<String, Range> ranges;
    private final String header;

    /** Where a tensor's bytes lie in the file: {@code [begin, end)}. */
    public record Range(int begin, int end) {}

    private SafetensorsContent(Map<String, StoredTensor> tensors, Map<String, Range> ranges, String header) {
        this.tensors = Collections.unmodifiableMap(tensors);
        this.ranges = Collections.unmodifiableMap(ranges);
        this.header = header;
    }

    /** Reads one file. */
    public static SafetensorsContent parse(byte[] file) {
        int length = Math.toIntExact(
                ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong());
        String header = new String(file, Long.BYTES, length, StandardCharsets.UTF_8);
        Map<String, StoredTensor> tensors = new TreeMap<>();
        Map<String, Range> ranges = new TreeMap<>();
        Json.object(header).forEach((name, value) -> {
            if (!name.equals("__metadata__")) {
                Map<String, Object> entry = Json.asObject(value);
                long[] shape = numbers(entry.get("shape"));
                long[] offsets = numbers(entry.get("data_offsets"));
                Range range = new Range(
                        Math.toIntExact(Long.BYTES + length + offsets[0]),
                        Math.toIntExact(Long.BYTES + length + offsets[1]));
                byte[] bytes = Arrays.copyOfRange(file, range.begin(), range.end());
                tensors.put(name, StoredTensor.raw(String.valueOf(entry.get("dtype")), shape, bytes));
                ranges.put(name, range);
            }
        });
        return new SafetensorsContent(tensors, ranges, header);
    }

    /** Reads one file. */
    public static SafetensorsContent read(Path file) {
        try {
            return parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All tensors of a model directory, whatever files they are in. */
    public static Map<String, StoredTensor> ofDirectory(Path directory) {
        Map<String, StoredTensor> all = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.safetensors")) {
            for (Path file : files) {
                read(file).tensors().forEach((name, tensor) -> {
                    if (all.put(name, tensor) != null) {
                        throw new IllegalStateException(name + " is in two files");
                    }
                });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /** Names of the tensors, ascending. */
    public Set<String> names() {
        return tensors.keySet();
    }

    /** All tensors by name. */
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    /** A tensor. */
    public StoredTensor tensor(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor " + name + " among " + names());
        }
        return tensor;
    }

    /** Where each tensor's bytes lie in the file. */
    public Map<String, Range> ranges() {
        return ranges;
    }

    /** The header's text, padding included. */
    public String header() {
        return header;
    }

    private static long[] numbers(@Nullable Object list) {
        if (list instanceof List<?> numbers) {
            return numbers.stream()
                    .mapToLong(number -> Long.parseLong(String.valueOf(number)))
                    .toArray();
        }
        throw new IllegalArgumentException("not a list: " + list);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the bytes of a safetensors file, tensors in the order in which they were added. */
public final class SafetensorsBuilder {
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private Map<String, String> metadata = Map.of("format", "pt");

    /** Adds a tensor of values, rounded to {@code type}. */
    public SafetensorsBuilder add(String name, FloatType type, long[] shape, float... values) {
        return add(name, StoredTensor.of(type, shape, values));
    }

    /** Adds a tensor of any dtype. */
    public SafetensorsBuilder addRaw(String name, String dtype, long[] shape, byte[] bytes) {
        return add(name, StoredTensor.raw(dtype, shape, bytes));
    }

    /** Adds a tensor. */
    public SafetensorsBuilder add(String name, StoredTensor tensor) {
        if (tensors.putIfAbsent(name, tensor) != null) {
            throw new IllegalArgumentException("a second tensor " + name);
        }
        return this;
    }

    /** Adds tensors. */
    public SafetensorsBuilder addAll(Map<String, StoredTensor> more) {
        more.forEach(this::add);
        return this;
    }

    /** Sets {@code __metadata__}; {@code {"format": "pt"}} by default, left out if empty. */
    public SafetensorsBuilder metadata(Map<String, String> entries) {
        metadata = new LinkedHashMap<>(entries);
        return this;
    }

    /** The file. */
    public byte[] bytes() {
        Map<String, Object> header = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            header.put("__metadata__", metadata);
        }
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, tensor) -> {
            int begin = data.size();
            data.writeBytes(tensor.bytes());
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("dtype", tensor.dtype());
            entry.put("shape", tensor.shape());
            entry.put("data_offsets", List.of(begin, data.size()));
            header.put(name, entry);
        });
        String text = Json.compact(header);
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        return assemble(text + " ".repeat((8 - length % 8) % 8), data.toByteArray());
    }

    /** A file of exactly this header and data, sound or not: what hostile files are made of. */
    public static byte[] assemble(String header, byte[] data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return assemble(text.length, text, data);
    }

    /** A file whose header claims a length of its own. */
    public static byte[] assemble(long claimedLength, byte[] header, byte[] data) {
        ByteBuffer file = ByteBuffer.allocate(Long.BYTES + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(claimedLength)
                .put(header)
                .put(data);
        return Arrays.copyOf(file.array(), file.position());
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Fixture: safetensors files as bytes, written without the code under test. Sound files come from the builder,
 *
 * <pre>{@code
 * byte[] file = SafetensorsBytes.builder()
 *         .addFloats("model.norm.weight", Dtype.BF16, Shape.of(2), 1f, -0.5f)
 *         .add("model.ids", Dtype.U8, Shape.of(3), new byte[] {1, 2, 3})
 *         .build();
 * }</pre>
 *
 * and broken ones from {@link #raw} and {@link #claiming}, which check nothing.
 */
public final class SafetensorsBytes {
    private final ObjectNode header = JsonNodeFactory.instance.objectNode();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    private SafetensorsBytes() {}

    /** A file without tensors and metadata, to be filled. */
    public static SafetensorsBytes builder() {
        return new SafetensorsBytes();
    }

    /** Adds an entry to {@code __metadata__}. */
    public SafetensorsBytes metadata(String key, String value) {
        header.withObject("/__metadata__").put(key, value);
        return this;
    }

    /**
     * Adds a tensor behind those added before, in the header and in the data.
     *
     * @throws IllegalArgumentException if {@code bytes} has not the length of that dtype and shape
     */
    public SafetensorsBytes add(String name, Dtype dtype, Shape shape, byte... bytes) {
        long expected = new TensorInfo(name, dtype, shape).byteLength();
        if (bytes.length != expected) {
            throw new IllegalArgumentException(name + " needs " + expected + " bytes, not " + bytes.length);
        }
        ObjectNode entry = header.putObject(name).put("dtype", dtype.name());
        var dims = entry.putArray("shape");
        for (int i = 0; i < shape.rank(); i++) {
            dims.add(shape.dim(i));
        }
        entry.putArray("data_offsets").add(data.size()).add(data.size() + bytes.length);
        data.writeBytes(bytes);
        return this;
    }

    /** Adds a tensor of dtype F32, F16 or BF16; values are rounded to it. */
    public SafetensorsBytes addFloats(String name, Dtype dtype, Shape shape, float... values) {
        return add(name, dtype, shape, floats(dtype, values));
    }

    /** The file: header padded with spaces so that the data begins at a multiple of 8. */
    public byte[] build() {
        String json = header.toString();
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        return raw(json + " ".repeat(-length & 7), data.toByteArray());
    }

    /** A file of this header, with its true length in front, and this data. */
    public static byte[] raw(String header, byte... data) {
        return raw(header.getBytes(StandardCharsets.UTF_8), data);
    }

    /** A file of this header, with its true length in front, and this data. */
    public static byte[] raw(byte[] header, byte... data) {
        byte[] rest = ByteBuffer.allocate(header.length + data.length)
                .put(header)
                .put(data)
                .array();
        return claiming(header.length, rest);
    }

    /** A file that claims a header of {@code length} bytes (unsigned), whatever {@code rest} is. */
    public static byte[] claiming(long length, byte... rest) {
        return ByteBuffer.allocate(Long.BYTES + rest.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(rest)
                .array();
    }

    /** Little-endian bytes of {@code values}, rounded to F32, F16 or BF16. */
    public static byte[] floats(Dtype dtype, float... values) {
        byte[] bytes = new byte[values.length * dtype.bytes()];
        FloatCodec.of(dtype).narrow(values, values.length, bytes, 0);
        return bytes;
    }

    /** The values of little-endian bytes of dtype F32, F16 or BF16. */
    public static float[] toFloats(Dtype dtype, byte... bytes) {
        float[] values = new float[bytes.length / dtype.bytes()];
        FloatCodec.of(dtype).widen(bytes, 0, values, values.length);
        return values;
    }
}

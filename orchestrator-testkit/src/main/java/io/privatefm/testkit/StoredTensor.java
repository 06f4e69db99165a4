/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** One tensor as a safetensors file holds it: dtype, shape, bytes. Immutable. */
public final class StoredTensor {
    private final String dtype;
    private final long[] shape;
    private final byte[] bytes;

    private StoredTensor(String dtype, long[] shape, byte[] bytes) {
        this.dtype = dtype;
        this.shape = shape.clone();
        this.bytes = bytes.clone();
    }

    /** A tensor of values, rounded to {@code type}; as many as the shape has elements. */
    public static StoredTensor of(FloatType type, long[] shape, float... values) {
        if (values.length != elements(shape)) {
            throw new IllegalArgumentException(values.length + " values for shape " + Arrays.toString(shape));
        }
        ByteBuffer bytes = ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            int bits = type.encode(value);
            if (type == FloatType.F32) {
                bytes.putInt(bits);
            } else {
                bytes.putShort((short) bits);
            }
        }
        return new StoredTensor(type.name(), shape, bytes.array());
    }

    /** A tensor of any dtype; nothing is checked. */
    public static StoredTensor raw(String dtype, long[] shape, byte[] bytes) {
        return new StoredTensor(dtype, shape, bytes);
    }

    /** The dtype's name. */
    public String dtype() {
        return dtype;
    }

    /** The dtype, if it is one of the mergeable ones. */
    public FloatType type() {
        return FloatType.valueOf(dtype);
    }

    /** Dimensions, outermost first. */
    public List<Long> shape() {
        return Arrays.stream(shape).boxed().toList();
    }

    /** The stored bytes, a new array each time. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The values, exact; for mergeable dtypes. */
    public float[] values() {
        FloatType type = type();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.length / type.bytes()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) type.decode(type == FloatType.F32 ? buffer.getInt() : buffer.getShort() & 0xffff);
        }
        return values;
    }

    /** The same values, rounded to another dtype. */
    public StoredTensor to(FloatType other) {
        return of(other, shape, values());
    }

    /** The same values with their signs changed. */
    public StoredTensor negated() {
        float[] values = values();
        for (int i = 0; i < values.length; i++) {
            values[i] = -values[i];
        }
        return of(type(), shape, values);
    }

    /** The same tensor with one value changed. */
    public StoredTensor with(int element, float value) {
        float[] values = values();
        values[element] = value;
        return of(type(), shape, values);
    }

    /** Zeros of the same dtype and shape. */
    public StoredTensor zeros() {
        return raw(dtype, shape, new byte[bytes.length]);
    }

    long[] dims() {
        return shape.clone();
    }

    static int elements(long... shape) {
        return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoredTensor tensor
                && dtype.equals(tensor.dtype)
                && Arrays.equals(shape, tensor.shape)
                && Arrays.equals(bytes, tensor.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return dtype + " " + Arrays.toString(shape) + " #" + Integer.toHexString(hashCode());
    }
}

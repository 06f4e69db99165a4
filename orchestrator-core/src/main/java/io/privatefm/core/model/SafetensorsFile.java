/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An open safetensors file: its header is read and checked, its tensors are read by ranges. */
public final class SafetensorsFile implements AutoCloseable {
    private static final int LENGTH_BYTES = 8;
    private static final byte[] LFS_POINTER = "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);

    private final RangedFile file;
    private final List<ModelTensor> tensors;

    private SafetensorsFile(RangedFile file, List<ModelTensor> tensors) {
        this.file = file;
        this.tensors = List.copyOf(tensors);
    }

    /**
     * Opens and checks a file of a directory.
     *
     * @param code the error code for a malformed file
     * @throws InvalidInputException naming the file, and the tensor where there is one, if any rule of the format or a
     *     limit is broken
     */
    public static SafetensorsFile open(ModelFiles directory, String name, ErrorCode code, FormatLimits limits) {
        return open(directory.open(name), name, code, limits);
    }

    /** Checks an open file and takes it over; it is closed if it is refused. */
    public static SafetensorsFile open(RangedFile file, String name, ErrorCode code, FormatLimits limits) {
        try {
            return new SafetensorsFile(file, read(file, name, code, limits));
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** All tensors, in the order of their data. */
    public List<ModelTensor> tensors() {
        return tensors;
    }

    /** All tensors by name, in code-point order. */
    public Map<String, ModelTensor> byName() {
        Map<String, ModelTensor> byName = new TreeMap<>(io.privatefm.spi.CodePointOrder.COMPARATOR);
        tensors.forEach(tensor -> byName.put(tensor.info().name(), tensor));
        return byName;
    }

    @Override
    public void close() {
        file.close();
    }

    private static List<ModelTensor> read(RangedFile file, String name, ErrorCode code, FormatLimits limits) {
        long size = file.size();
        byte[] start = new byte[(int) Math.min(size, LFS_POINTER.length)];
        file.read(0, ByteBuffer.wrap(start));
        if (java.util.Arrays.equals(start, LFS_POINTER)) {
            throw new InvalidInputException(
                    code, name, null, "is a Git LFS pointer, not the file itself; fetch it with 'git lfs pull'");
        }
        if (size < LENGTH_BYTES) {
            throw new InvalidInputException(code, name, null, "too short for a safetensors file: " + size + " bytes");
        }
        long length = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > limits.headerBytes()) {
            throw new InvalidInputException(
                    code,
                    name,
                    null,
                    "its header claims " + Long.toUnsignedString(length) + " bytes, the limit is "
                            + limits.headerBytes());
        }
        if (length > size - LENGTH_BYTES) {
            throw new InvalidInputException(
                    code, name, null, "truncated: its header claims " + length + " bytes, the file has " + size);
        }
        byte[] header = new byte[(int) length];
        file.read(LENGTH_BYTES, ByteBuffer.wrap(header));
        long dataStart = LENGTH_BYTES + length;
        List<ModelTensor> tensors = new ArrayList<>();
        for (SafetensorsHeader.Entry entry : SafetensorsHeader.parse(header, size - dataStart, name, code, limits)) {
            tensors.add(new ModelTensor(entry.info(), file, dataStart + entry.begin()));
        }
        return tensors;
    }
}

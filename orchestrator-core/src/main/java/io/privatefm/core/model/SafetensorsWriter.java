/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/**
 * Lays out a safetensors file canonically, byte for byte as the reference implementation does: tensors by dtype
 * descending then name, compact JSON, {@code {"format":"pt"}} as the only metadata, padded with spaces to a multiple of 8.
 */
public final class SafetensorsWriter {
    private SafetensorsWriter() {}

    /** Tensors in the order in which their data must follow the header. */
    public static List<TensorSource> order(List<? extends TensorSource> tensors) {
        return tensors.stream()
                .<TensorSource>map(tensor -> tensor)
                .sorted(Comparator.comparing(TensorSource::info, TensorInfo.FILE_ORDER))
                .toList();
    }

    /**
     * Everything in front of the data: the length, the header and its padding.
     *
     * @param ordered infos in the order that {@link #order} gives
     */
    public static byte[] header(List<TensorInfo> ordered) {
        StringBuilder json = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        long begin = 0;
        for (TensorInfo info : ordered) {
            long end = begin + info.byteLength();
            json.append(',')
                    .append(TextNode.valueOf(info.name()))
                    .append(":{\"dtype\":\"")
                    .append(info.dtype())
                    .append("\",\"shape\":")
                    .append(info.shape().toString().replace(" ", ""))
                    .append(",\"data_offsets\":[")
                    .append(begin)
                    .append(',')
                    .append(end)
                    .append("]}");
            begin = end;
        }
        byte[] text = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
        int padded = Math.addExact(text.length, 7) & ~7;
        ByteBuffer header = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(text);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }
}

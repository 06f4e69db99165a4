/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.adapter.AdapterLimits.Limit;

/**
 * Bounds for what is read from outside, checked before memory is allocated.
 *
 * @param headerBytes longest safetensors header; the format itself allows 100 000 000
 * @param tensors most tensors in one file
 * @param jsonBytes longest JSON file (configuration, shard index)
 * @param nameLength longest name of a tensor
 * @param dimensions most dimensions of a tensor
 * @param metadataBytes longest {@code __metadata__}, keys and values in UTF-8
 */
public record FormatLimits(
        int headerBytes, int tensors, int jsonBytes, int nameLength, int dimensions, int metadataBytes) {
    /** For foundations: room for models of more than 100 000 tensors. */
    public static final FormatLimits FOUNDATION = new FormatLimits(16 << 20, 262_144, 64 << 20);

    /** The rest as for foundations. */
    FormatLimits(int headerBytes, int tensors, int jsonBytes) {
        this(headerBytes, tensors, jsonBytes, 256, 8, 64 << 10);
    }

    /** For adapters, which come from further away. */
    public static FormatLimits of(AdapterLimits limits) {
        return new FormatLimits(
                limits.count(Limit.HEADER_BYTES),
                limits.count(Limit.TENSORS),
                limits.count(Limit.CONFIG_BYTES),
                limits.count(Limit.NAME_LENGTH),
                limits.count(Limit.DIMENSIONS),
                limits.count(Limit.METADATA_BYTES));
    }
}

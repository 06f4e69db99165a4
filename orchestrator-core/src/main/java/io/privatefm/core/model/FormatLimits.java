/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

/**
 * Bounds for what is read from outside, checked before memory is allocated.
 *
 * @param headerBytes longest safetensors header; the format itself allows 100 000 000
 * @param tensors most tensors in one file
 * @param jsonBytes longest JSON file (configuration, shard index)
 */
public record FormatLimits(int headerBytes, int tensors, int jsonBytes) {
    /** For foundations: room for models of more than 100 000 tensors. */
    public static final FormatLimits FOUNDATION = new FormatLimits(16 << 20, 262_144, 64 << 20);

    /** For adapters, which come from further away. */
    public static final FormatLimits ADAPTER = new FormatLimits(1 << 20, 16_384, 1 << 20);
}

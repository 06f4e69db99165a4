/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The element types of safetensors, in the order of the reference implementation's enum ({@code tensor.rs}): its writer
 * sorts tensors by this order, descending.
 */
public enum Dtype {
    BOOL(8),
    F4(4),
    F6_E2M3(6),
    F6_E3M2(6),
    U8(8),
    I8(8),
    F8_E5M2(8),
    F8_E4M3(8),
    F8_E8M0(8),
    F8_E4M3FNUZ(8),
    F8_E5M2FNUZ(8),
    I16(16),
    U16(16),
    F16(16),
    BF16(16),
    I32(32),
    U32(32),
    F32(32),
    C64(64),
    F64(64),
    I64(64),
    U64(64);

    private static final Map<String, Dtype> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(Dtype::name, Function.identity()));

    private final int bits;

    Dtype(int bits) {
        this.bits = bits;
    }

    /** The dtype of that safetensors name. */
    static Optional<Dtype> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** Size of one element in bits; not always a whole number of bytes. */
    public int bits() {
        return bits;
    }

    /** Size of one element in bytes; for dtypes of whole bytes only. */
    public int bytes() {
        if (bits % 8 != 0) {
            throw new IllegalStateException(name() + " has no whole number of bytes");
        }
        return bits / 8;
    }

    /** Whether {@code pfm-merge-1} defines merging for it: F32, F16, BF16. */
    public boolean isMergeable() {
        return this == F32 || this == F16 || this == BF16;
    }
}

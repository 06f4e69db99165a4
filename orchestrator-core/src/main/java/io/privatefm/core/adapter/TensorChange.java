/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import java.util.Optional;

/**
 * What an adapter does to one tensor of the model. {@code target} names a tensor of the foundation (for {@link Add}, a new
 * one); the other names are keys of {@code adapter_model.safetensors}.
 */
public sealed interface TensorChange {
    /** The tensor that changes. */
    String target();

    /** Which PEFT layer a factor pair belongs to. */
    enum Layer {
        /** {@code nn.Linear}: stored (out, in). */
        LINEAR,
        /** transformers' {@code Conv1D}: a linear layer stored (in, out). */
        TRANSPOSED_LINEAR,
        /** {@code nn.Embedding}: stored (vocabulary, dimension). */
        EMBEDDING,
        /** {@code nn.Conv1d/2d/3d}, one group: stored (out, in, kernel …). */
        CONVOLUTION
    }

    /**
     * Adds the scaled product of two factors.
     *
     * @param factorA key of A: (r, in), for an embedding (r, vocabulary), for a convolution (r, in, kernel …)
     * @param factorB key of B: (out, r), for an embedding (dimension, r), for a convolution (out, r, 1 …)
     * @param scale {@code alpha / r} or {@code alpha / sqrt(r)}, rounded to binary32
     * @param magnitude key of the DoRA magnitude vector, one value per output feature
     * @param base key of values that replace the foundation's before the update is added
     */
    record LowRank(
            String target,
            Layer layer,
            String factorA,
            String factorB,
            int rank,
            float scale,
            Optional<String> magnitude,
            Optional<String> base)
            implements TensorChange {}

    /** Adds a scaled vector to a bias ({@code lora_bias}); {@code base} as in {@link LowRank}. */
    record BiasShift(String target, String source, float scale, Optional<String> base) implements TensorChange {}

    /** Replaces a tensor as a whole, rounded to the foundation's dtype. */
    record Replace(String target, String source) implements TensorChange {}

    /** Adds a tensor that the foundation lacks, as it is: a task's head. */
    record Add(String target, String source) implements TensorChange {}
}

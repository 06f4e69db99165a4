/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

/** The layers that LoRA factors can be put on, and how their weights are stored. */
public enum LayerKind {
    /** {@code nn.Linear}: (out, in). */
    LINEAR,
    /** transformers' {@code Conv1D}: (in, out). */
    TRANSPOSED,
    /** {@code nn.Embedding}: (vocabulary, dimension). */
    EMBEDDING,
    /** {@code nn.Conv1d}, {@code 2d}, {@code 3d}: (out, in, kernel …). */
    CONVOLUTION;

    /** Whether output features are columns of the stored weight. */
    boolean outputsAreColumns() {
        return this == TRANSPOSED || this == EMBEDDING;
    }
}

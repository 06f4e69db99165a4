/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Layout;

/**
 * One merged model of a checkpoint.
 *
 * @param name the subject, or the name of a combined variant
 * @param contentHash content hash of the merged model ({@code pfm-tree-1})
 * @param planHash hash of everything that went in; equal plans give equal models
 * @param blob the blob that holds its tensors
 * @param blobBytes size of that blob
 * @param changedTensors number of tensors that differ from the foundation's, added ones included
 */
public record VariantRow(
        String name,
        Sha256 contentHash,
        Sha256 planHash,
        Layout layout,
        Sha256 blob,
        long blobBytes,
        int changedTensors) {}

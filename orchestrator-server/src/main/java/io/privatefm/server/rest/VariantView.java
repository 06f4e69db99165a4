/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.VariantRow;
import java.util.LinkedHashMap;
import java.util.Map;

/** A variant as callers see it. */
record VariantView(String contentHash, String layout, String blob, long blobBytes, int changedTensors) {
    /** A checkpoint's variants by their names. */
    static Map<String, VariantView> of(CheckpointRow checkpoint) {
        Map<String, VariantView> views = new LinkedHashMap<>();
        for (VariantRow row : checkpoint.variants()) {
            views.put(
                    row.name(),
                    new VariantView(
                            row.contentHash().hex(),
                            row.layout().name(),
                            row.blob().hex(),
                            row.blobBytes(),
                            row.changedTensors()));
        }
        return views;
    }
}

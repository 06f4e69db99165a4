/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.spi.store.CheckpointRow;
import java.time.Instant;
import java.util.Map;

/** A checkpoint as callers see it. */
record CheckpointView(
        long version,
        String checkpointHash,
        String foundationRelease,
        String foundationHash,
        String manifestBlob,
        Map<String, VariantView> variants,
        String operationId,
        Instant createdAt) {
    static CheckpointView of(CheckpointRow row) {
        return new CheckpointView(
                row.version(),
                row.checkpointHash().hex(),
                row.foundationRelease(),
                row.foundationHash().hex(),
                row.manifestBlob().hex(),
                VariantView.of(row),
                row.operationId(),
                row.createdAt());
    }
}

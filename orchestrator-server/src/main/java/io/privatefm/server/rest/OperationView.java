/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.server.operation.Operation;
import io.privatefm.server.operation.OperationKind;
import io.privatefm.server.operation.OperationStatus;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** An operation as callers see it. */
record OperationView(
        String operationId,
        OperationKind kind,
        OperationStatus status,
        Optional<String> nsUid,
        Optional<String> outcome,
        Optional<String> detail,
        OptionalLong checkpointVersion,
        Optional<String> checkpointHash,
        Optional<Operation.Progress> progress,
        int attempts,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt) {
    static OperationView of(Operation operation) {
        return new OperationView(
                operation.operationId(),
                operation.kind(),
                operation.status(),
                operation.nsUid().map(NsUid::value),
                operation.outcome(),
                operation.detail(),
                operation.checkpointVersion(),
                operation.checkpointHash().map(Sha256::hex),
                operation.progress(),
                operation.attempts(),
                operation.createdAt(),
                operation.startedAt(),
                operation.endedAt());
    }
}

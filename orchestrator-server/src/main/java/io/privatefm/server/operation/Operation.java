/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An operation as it is now. Holds no learner id.
 *
 * @param operationId 32 lower-case hex digits
 * @param nsUid of the namespace that it is about; empty for a night
 * @param outcome once it ended: what it led to, such as {@code MERGED}, {@code UP_TO_DATE}, {@code REJECTED}, {@code RESTORED} or {@code
 *     NIGHT_DONE}; or the name of an {@link io.privatefm.spi.ErrorCode}
 * @param detail once it ended: one line for people
 * @param checkpointVersion once it succeeded: the namespace's newest checkpoint then
 * @param progress while it runs in this process
 * @param attempts how often it was begun
 */
public record Operation(
        String operationId,
        OperationKind kind,
        OperationStatus status,
        Optional<NsUid> nsUid,
        Optional<String> outcome,
        Optional<String> detail,
        OptionalLong checkpointVersion,
        Optional<Sha256> checkpointHash,
        Optional<Progress> progress,
        int attempts,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt) {
    /**
     * How far the work of an operation is: of a merge, in variants; of a night, in namespaces.
     *
     * @param done of {@code total}
     */
    public record Progress(int done, int total) {}

    Operation with(Progress now) {
        return new Operation(
                operationId,
                kind,
                status,
                nsUid,
                outcome,
                detail,
                checkpointVersion,
                checkpointHash,
                Optional.of(now),
                attempts,
                createdAt,
                startedAt,
                endedAt);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.recovery.RestorePoint;
import java.util.Optional;

/** An operation with what its work needs to know, as its row has it. */
record StoredOperation(
        Operation operation,
        Optional<LearnerId> learner,
        Optional<RestorePoint> point,
        Optional<String> correlationId) {
    String id() {
        return operation.operationId();
    }
}

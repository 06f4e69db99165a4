/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.spi.store.CheckpointRow;
import java.util.Optional;

/**
 * How an operation ended.
 *
 * @param outcome a name for programs
 * @param detail one line for people
 * @param checkpoint the namespace's newest now, if it is known
 */
record Ending(boolean asAskedFor, String outcome, String detail, Optional<CheckpointRow> checkpoint) {
    private static final int LONGEST = 1_000;

    Ending {
        detail = detail.length() <= LONGEST ? detail : detail.substring(0, LONGEST - 3) + "...";
    }

    static Ending done(String outcome, String detail) {
        return new Ending(true, outcome, detail, Optional.empty());
    }

    static Ending failed(String outcome, String detail) {
        return new Ending(false, outcome, detail, Optional.empty());
    }

    Ending with(Optional<CheckpointRow> newest) {
        return new Ending(asAskedFor, outcome, detail, newest);
    }

    OperationStatus status() {
        return asAskedFor ? OperationStatus.SUCCEEDED : OperationStatus.FAILED;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

/** How far an operation is. */
public enum OperationStatus {
    /** It waits for its turn, for the first time or to be tried again. */
    QUEUED,
    /** A process is at it. */
    RUNNING,
    /** It ended, and things are as was asked for: also if they were before. */
    SUCCEEDED,
    /** It ended, and they are not; {@link Operation#outcome} says what became of it. */
    FAILED;

    /** Whether nothing more happens. */
    public boolean hasEnded() {
        return this == SUCCEEDED || this == FAILED;
    }
}

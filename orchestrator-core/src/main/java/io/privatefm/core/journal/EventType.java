/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

/** What an event says happened, and the version that its payload has when it is written today. */
public enum EventType {
    NAMESPACE_CREATED(1),
    ADAPTER_REGISTERED(1),
    MERGE_COMPLETED(3),
    CHECKPOINTS_EXPIRED(1),
    LEGAL_HOLD_CHANGED(1),
    ADAPTER_SET_ASIDE(1),
    REBASE_DEFERRED(1),
    FALLBACK_INITIATED(1),
    FALLBACK_FAILED(1),
    FALLBACK_COMPLETED(1),
    CHECKPOINT_ROW_REPAIRED(1);

    private final int version;

    EventType(int version) {
        this.version = version;
    }

    /** Version of the payload that is written today. */
    public int version() {
        return version;
    }
}

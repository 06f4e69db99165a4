/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

/** What an event says happened, and the version that its payload has when it is written today. */
public enum EventType {
    NAMESPACE_CREATED(1),
    ADAPTER_REGISTERED(1),
    MERGE_COMPLETED(2),
    CHECKPOINTS_EXPIRED(1),
    LEGAL_HOLD_CHANGED(1);

    private final int version;

    EventType(int version) {
        this.version = version;
    }

    /** Version of the payload that is written today. */
    public int version() {
        return version;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.guardian;

/** What came of a request to delete a learner's namespace. */
public sealed interface DeletionOutcome {
    /** It is gone for good: its key is destroyed, its bytes and rows are deleted. */
    record Deleted(DeletionReceipt receipt) implements DeletionOutcome {}

    /** The authority did not grant it. The same whether or not there is such a learner; why is in the audit log alone. */
    record Denied() implements DeletionOutcome {}

    /** It was granted, and the namespace is under legal hold: nothing is deleted before that ends. */
    record Held() implements DeletionOutcome {}
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.audit;

import io.privatefm.spi.Sha256;

/** What came out of verifying the audit log. */
public sealed interface AuditVerdict {
    /**
     * Every entry is what was written.
     *
     * @param size entries in the tree
     * @param waiting entries that have no place in the tree yet; their chains are intact
     * @param anchors how many anchors were held against the log
     */
    record Intact(long size, Sha256 root, long waiting, int anchors) implements AuditVerdict {}

    /**
     * Something is not what was written.
     *
     * @param index first entry that is wrong or missing, from 0
     */
    record Tampered(long index, String reason) implements AuditVerdict {}
}

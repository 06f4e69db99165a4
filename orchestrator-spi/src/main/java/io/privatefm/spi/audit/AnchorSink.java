/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.audit;

import java.util.List;

/**
 * Where signed heads of the audit log are kept outside the database, so that a database that was cut or set back as a whole is
 * found out. Append-only: nothing can be taken back or changed through it. Safe for use by several threads at once.
 */
public interface AnchorSink {
    /**
     * Keeps a signed tree head; durable when this returns. Keeping the same one again succeeds.
     *
     * @param size number of leaves
     * @param note the signed text
     * @throws io.privatefm.spi.CorruptDataException if another text of that size is kept, which means that the log was forked; it
     *     is left as it is
     * @throws io.privatefm.spi.UnavailableException if it cannot be kept
     */
    void anchor(long size, String note);

    /**
     * All kept texts, in ascending order of size.
     *
     * @throws io.privatefm.spi.UnavailableException if they cannot all be read
     */
    List<String> anchored();
}

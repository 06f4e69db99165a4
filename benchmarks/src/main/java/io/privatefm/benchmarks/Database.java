/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

/** A kind of store that is measured. */
interface Database extends AutoCloseable {
    /** Its name in the table. */
    String name();

    /** Version, and how durable a commit is. */
    String setting();

    /** A new store without rows. */
    OpenStore emptyStore();

    /** Ends what was started for it. Idempotent. */
    @Override
    void close();
}

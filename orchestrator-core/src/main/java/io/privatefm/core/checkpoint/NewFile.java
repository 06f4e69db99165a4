/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.core.hash.SegmentSink;

/** A file that is written from front to back. */
interface NewFile extends SegmentSink, AutoCloseable {
    /** Says that everything was written. */
    void finish();

    /** Ends it, whether everything was written or not. */
    @Override
    void close();
}

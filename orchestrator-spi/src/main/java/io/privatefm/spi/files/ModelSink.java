/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.files;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Takes the files of one model, one after the other: for a host that sends them on, as an archive, without a disk between. Called on
 * one thread; may block.
 */
@FunctionalInterface
public interface ModelSink {
    /**
     * Begins the next file; the one before is closed by then. The stream gets exactly {@code bytes} bytes and is closed. One that is
     * closed before it got them all is broken off: nothing follows, and what was taken so far is not the model.
     *
     * @param file plain file name, without folders
     * @param bytes its size
     * @throws IOException if it cannot be taken, as the stream may do too
     */
    OutputStream next(String file, long bytes) throws IOException;
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

/** Where the files of a model go, one after the other. */
interface ModelOutput {
    /**
     * Begins a file, to be closed by the caller, before the next.
     *
     * @param bytes exactly as many are written
     */
    NewFile createFile(String name, long bytes);
}

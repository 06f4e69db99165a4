/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/** The entries of a folder, as they were when it was opened. */
record Listing(List<Path> entries) implements DirectoryStream<Path> {
    @Override
    public Iterator<Path> iterator() {
        return entries.iterator();
    }

    @Override
    public void close() {
        // nothing is held
    }
}

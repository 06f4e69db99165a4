/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.files;

import java.util.List;

/**
 * The files of one model or adapter, as a Hugging Face directory holds them: names, sizes and bytes, nothing parsed.
 * Safe for use by several threads at once.
 */
public interface ModelFiles extends AutoCloseable {
    /** Where the files are, for messages; never a secret. */
    String location();

    /** Plain file names, without folders, in ascending order. Files only; links that leave the directory are left out. */
    List<String> names();

    /**
     * Opens a file. Each call gives a handle of its own, to be closed by the caller.
     *
     * @param name one of {@link #names()}
     * @throws io.privatefm.spi.InvalidInputException if there is no such file
     * @throws io.privatefm.spi.UnavailableException if it cannot be opened now
     */
    RangedFile open(String name);

    /** Releases what belongs to this set as a whole; open files stay open. Idempotent. */
    @Override
    void close();
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import java.nio.file.Path;
import java.util.List;

/** How one kind of server is asked for releases and their files. */
interface Dialect {
    /**
     * All releases, oldest first.
     *
     * @throws io.privatefm.spi.UnavailableException if the server does not answer, and never did
     */
    List<ListedRelease> releases();

    /** What tells a release from every other of any server; of one line. */
    String identity(ListedRelease release);

    /**
     * The files of a release, asked for anew.
     *
     * @param copies where a copy of the list may be kept
     * @throws io.privatefm.spi.InvalidInputException if there are none, or the list is malformed
     * @throws io.privatefm.spi.UnavailableException if the server does not answer
     */
    List<RemoteFile> files(ListedRelease release, Path copies);
}

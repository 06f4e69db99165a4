/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.foundation;

import io.privatefm.spi.files.ModelFiles;
import java.util.List;

/**
 * The releases of the foundation model. Read-only by type: there is nothing to call by which a learner's data could
 * reach it. Safe for use by several threads at once.
 */
public interface FoundationStore {
    /**
     * All releases, oldest first; ordinals are 1, 2, 3 … in that order.
     *
     * @throws io.privatefm.spi.InvalidInputException if the list itself is malformed
     * @throws io.privatefm.spi.UnavailableException if the store does not answer
     */
    List<FoundationRelease> releases();

    /**
     * The files of a release, found by its name, to be closed by the caller.
     *
     * @throws io.privatefm.spi.InvalidInputException if the store has no such release
     * @throws io.privatefm.spi.UnavailableException if the store does not answer
     */
    ModelFiles open(FoundationRelease release);
}

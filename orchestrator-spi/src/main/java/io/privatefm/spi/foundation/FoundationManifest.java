/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.foundation;

import io.privatefm.spi.Sha256;
import java.util.List;

/**
 * What a publisher signs of a foundation release.
 *
 * @param name what the publisher calls the release
 * @param contentHash content hash of the release ({@code pfm-tree-1})
 * @param parents content hashes of the models that it was made from, as far as the publisher names them
 */
public record FoundationManifest(String name, Sha256 contentHash, List<Sha256> parents) {
    public FoundationManifest {
        parents = List.copyOf(parents);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.foundation;

import io.privatefm.spi.Sha256;
import java.util.Optional;

/**
 * One frozen release of the foundation model.
 *
 * @param ordinal place in the ordered list of releases, from 1; the lag between two releases is the difference of their
 *     ordinals and never read from digits in a name
 * @param name the release's name, unique in its store
 * @param contentHash the promised content hash ({@code pfm-tree-1}), where the store knows it; core checks it on opening
 */
public record FoundationRelease(int ordinal, String name, Optional<Sha256> contentHash) {}

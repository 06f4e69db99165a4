/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

/**
 * How the updates of several adapters become one update. A strategy sees numbers and nothing else: no file, no store, no
 * way to the foundation. Its result must depend on the tile's elements, weights and positions only, never on the tile's
 * length, so that any tiling gives the same bits. Whatever it throws rejects the variant that is being merged. Stateless; called by
 * several threads at once. Found by {@link java.util.ServiceLoader}.
 */
public interface MergeStrategy {
    /** The name by which plans refer to it, such as {@code weighted-sum}; part of the plan hash. */
    String id();

    /** Changes whenever the same inputs would give other bits; part of the plan hash. */
    int revision();

    /**
     * Writes the combined update into {@code combined[0 .. tile.length())}.
     *
     * @param combined at least {@code tile.length()} long; content on entry is undefined
     */
    void combine(DeltaTile tile, float[] combined);
}

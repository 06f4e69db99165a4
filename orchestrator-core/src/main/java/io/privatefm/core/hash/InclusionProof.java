/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

import io.privatefm.spi.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** That a leaf is in a tree of which only the root is known: audit paths of RFC 6962 section 2.1.1. */
public final class InclusionProof {
    private InclusionProof() {}

    /**
     * The audit path of a leaf.
     *
     * @param leaves hashes of all leaves, more than {@code index}
     */
    public static List<Sha256> path(int index, List<Sha256> leaves) {
        List<Sha256> path = new ArrayList<>();
        collect(index, leaves, path);
        return path;
    }

    private static void collect(int index, List<Sha256> leaves, List<Sha256> path) {
        if (leaves.size() == 1) {
            return;
        }
        int left = Integer.highestOneBit(leaves.size() - 1);
        if (index < left) {
            collect(index, leaves.subList(0, left), path);
            path.add(root(leaves.subList(left, leaves.size())));
        } else {
            collect(index - left, leaves.subList(left, leaves.size()), path);
            path.add(root(leaves.subList(0, left)));
        }
    }

    private static Sha256 root(List<Sha256> leaves) {
        MerkleTree tree = new MerkleTree();
        leaves.forEach(leaf -> tree.addLeafHash(leaf.bytes()));
        return tree.root();
    }

    /**
     * The root that a path leads to (RFC 9162 section 2.1.3.2).
     *
     * @param size number of leaves of the tree
     * @return empty if no tree of that size has such a path at that place
     */
    public static Optional<Sha256> root(Sha256 leaf, long index, long size, List<Sha256> path) {
        if (index < 0 || index >= size) {
            return Optional.empty();
        }
        long node = index;
        long last = size - 1;
        Sha256 root = leaf;
        for (Sha256 sibling : path) {
            if (last == 0) {
                return Optional.empty();
            }
            if ((node & 1) == 1 || node == last) {
                root = MerkleTree.node(sibling, root);
                while ((node & 1) == 0 && node != 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                root = MerkleTree.node(root, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 ? Optional.of(root) : Optional.empty();
    }
}

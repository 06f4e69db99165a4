/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.Sha256;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An inclusion proof")
class InclusionProofTest {
    private static final int LARGEST = 70;

    private static List<Sha256> leaves(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> Sha256.of(MerkleTree.leafHash(new byte[] {(byte) i}, 0, 1)))
                .toList();
    }

    private static Sha256 root(List<Sha256> leaves) {
        MerkleTree tree = new MerkleTree();
        leaves.forEach(leaf -> tree.addLeafHash(leaf.bytes()));
        return tree.root();
    }

    @Test
    @DisplayName("leads from every leaf of every small tree to its root")
    void everyLeaf() {
        for (int size = 1; size <= LARGEST; size++) {
            List<Sha256> leaves = leaves(size);
            for (int index = 0; index < size; index++) {
                List<Sha256> path = InclusionProof.path(index, leaves);
                assertThat(InclusionProof.root(leaves.get(index), index, size, path))
                        .as("leaf %s of %s", index, size)
                        .contains(root(leaves));
            }
        }
    }

    @Test
    @DisplayName("is the audit path that RFC 6962 gives for its example of seven leaves (section 2.1.3)")
    void rfc6962() {
        List<Sha256> d = leaves(7);
        Sha256 a = d.get(0);
        Sha256 b = d.get(1);
        Sha256 g = MerkleTree.node(a, b);
        Sha256 h = MerkleTree.node(d.get(2), d.get(3));
        Sha256 i = MerkleTree.node(d.get(4), d.get(5));
        Sha256 j = d.get(6);
        Sha256 k = MerkleTree.node(g, h);
        Sha256 l = MerkleTree.node(i, j);

        assertThat(InclusionProof.path(0, d)).containsExactly(b, h, l);
        assertThat(InclusionProof.path(3, d)).containsExactly(d.get(2), g, l);
        assertThat(InclusionProof.path(4, d)).containsExactly(d.get(5), j, k);
        assertThat(InclusionProof.path(6, d)).containsExactly(i, k);
    }

    @Test
    @DisplayName("of another leaf, place, size or path leads elsewhere or nowhere")
    void wrong() {
        for (int size = 2; size <= LARGEST; size += 7) {
            List<Sha256> leaves = leaves(size);
            Sha256 root = root(leaves);
            for (int index = 0; index < size; index++) {
                List<Sha256> path = InclusionProof.path(index, leaves);
                Sha256 leaf = leaves.get(index);
                assertThat(InclusionProof.root(leaves.get((index + 1) % size), index, size, path))
                        .isNotEqualTo(Optional.of(root));
                assertThat(InclusionProof.root(leaf, (index + 1) % size, size, path))
                        .isNotEqualTo(Optional.of(root));
                List<Sha256> longer = new ArrayList<>(path);
                longer.add(leaf);
                assertThat(InclusionProof.root(leaf, index, size, longer)).isEmpty();
                assertThat(InclusionProof.root(leaf, index, size, path.subList(1, path.size())))
                        .isNotEqualTo(Optional.of(root));
                List<Sha256> turned = new ArrayList<>(path);
                Collections.reverse(turned);
                if (!turned.equals(path)) {
                    assertThat(InclusionProof.root(leaf, index, size, turned)).isNotEqualTo(Optional.of(root));
                }
            }
            assertThat(InclusionProof.root(leaves.get(0), size, size, List.of()))
                    .isEmpty();
            assertThat(InclusionProof.root(leaves.get(0), -1, size, List.of())).isEmpty();
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The Merkle tree")
class MerkleTreeTest {
    private static final HexFormat HEX = HexFormat.of();

    /** Leaves of the tree that implementations of RFC 6962 are tested with. */
    private static final List<String> LEAVES =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");

    @ParameterizedTest
    @CsvSource({
        "0, e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "1, 6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "2, fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "3, aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "4, d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "5, 4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "6, 76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "7, ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "8, 5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    })
    @DisplayName("has the roots that are published for RFC 6962")
    void published(int leaves, String root) {
        MerkleTree tree = new MerkleTree();
        LEAVES.subList(0, leaves).forEach(leaf -> tree.addLeaf(HEX.parseHex(leaf)));
        assertThat(tree.root().hex()).isEqualTo(root);
    }

    @Test
    @DisplayName("has the root of the recursive definition for 0 to 20 leaves, asked for as it grows")
    void recursiveDefinition() {
        MerkleTree tree = new MerkleTree();
        List<byte[]> leaves = new ArrayList<>();
        for (int n = 0; n <= 20; n++) {
            assertThat(tree.root().bytes()).as("%d leaves", n).isEqualTo(naiveRoot(leaves));
            assertThat(tree.root().bytes()).as("%d leaves, again", n).isEqualTo(naiveRoot(leaves));
            byte[] leaf = ("leaf " + n).getBytes(StandardCharsets.US_ASCII);
            leaves.add(leaf);
            tree.addLeaf(leaf);
        }
    }

    @Test
    @DisplayName("hashes a leaf behind a zero byte, and takes its hash for the leaf")
    void leafHash() {
        byte[] data = {9, 1, 2, 3, 9};
        byte[] hash = MerkleTree.leafHash(data, 1, 3);
        assertThat(hash).isEqualTo(sha256(new byte[] {0, 1, 2, 3}));

        MerkleTree tree = new MerkleTree();
        tree.addLeafHash(hash);
        assertThat(tree.root().bytes()).isEqualTo(hash);
    }

    @Test
    @DisplayName("tells a leaf that looks like a node from the node")
    void secondPreimage() {
        MerkleTree two = new MerkleTree();
        two.addLeaf(new byte[] {1});
        two.addLeaf(new byte[] {2});
        MerkleTree one = new MerkleTree();
        one.addLeaf(concat(sha256(new byte[] {0, 1}), sha256(new byte[] {0, 2})));
        assertThat(one.root()).isNotEqualTo(two.root());
    }

    /** MTH of RFC 6962, section 2.1, word for word. */
    private static byte[] naiveRoot(List<byte[]> leaves) {
        int n = leaves.size();
        if (n == 0) {
            return sha256(new byte[0]);
        }
        if (n == 1) {
            return sha256(concat(new byte[] {0}, leaves.get(0)));
        }
        int k = 1;
        while (2 * k < n) {
            k *= 2;
        }
        return sha256(concat(new byte[] {1}, naiveRoot(leaves.subList(0, k)), naiveRoot(leaves.subList(k, n))));
    }

    private static byte[] sha256(byte[] bytes) {
        return MerkleTree.sha256().digest(bytes);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}

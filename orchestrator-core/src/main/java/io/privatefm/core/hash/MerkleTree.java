/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

import io.privatefm.spi.Sha256;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The Merkle tree hash of RFC 6962 section 2.1, grown leaf by leaf: {@code leaf = SHA-256(0x00 ‖ data)}, {@code node =
 * SHA-256(0x01 ‖ left ‖ right)}, the left subtree being the largest power of two that leaves something for the right.
 * Keeps only the roots of the perfect subtrees on the right edge, so memory grows with the logarithm of the leaves. Not
 * safe for use by several threads.
 */
public final class MerkleTree {
    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    /** A perfect subtree of {@code 2^height} leaves. */
    private static final class Subtree {
        final int height;
        final byte[] root;

        Subtree(int height, byte[] root) {
            this.height = height;
            this.root = root;
        }
    }

    private final MessageDigest sha256 = sha256();
    private final Deque<Subtree> edge = new ArrayDeque<>();

    /** Hash of a leaf with this data. */
    public static byte[] leafHash(byte[] data, int offset, int length) {
        MessageDigest sha256 = sha256();
        sha256.update(LEAF);
        sha256.update(data, offset, length);
        return sha256.digest();
    }

    /** Hash of a node over two subtrees. */
    static Sha256 node(Sha256 left, Sha256 right) {
        return Sha256.of(new MerkleTree().node(left.bytes(), right.bytes()));
    }

    /** Appends a leaf by its hash, as {@link #leafHash} gives it. */
    public void addLeafHash(byte[] leafHash) {
        Subtree tree = new Subtree(0, leafHash);
        while (!edge.isEmpty() && edge.element().height == tree.height) {
            tree = new Subtree(tree.height + 1, node(edge.remove().root, tree.root));
        }
        edge.push(tree);
    }

    /** Appends a leaf by its data. */
    public void addLeaf(byte[] data) {
        addLeafHash(leafHash(data, 0, data.length));
    }

    /** Root over the leaves so far; SHA-256 of nothing if there is none. */
    public Sha256 root() {
        byte[] root = null;
        for (Subtree tree : edge) {
            root = root == null ? tree.root : node(tree.root, root);
        }
        return Sha256.of(root == null ? sha256.digest() : root);
    }

    private byte[] node(byte[] left, byte[] right) {
        sha256.update(NODE);
        sha256.update(left);
        sha256.update(right);
        return sha256.digest();
    }

    /** A fresh SHA-256, which every Java platform has. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

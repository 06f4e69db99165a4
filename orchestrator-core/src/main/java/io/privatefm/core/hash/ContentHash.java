/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;

/**
 * The one hash of a model, {@code pfm-tree-1}: a tree over the tensors' names, dtypes, shapes and bytes. It does not
 * depend on files, shards or the order of tensors in them.
 */
public final class ContentHash {
    /** Name of the hash, for listings and manifests. */
    public static final String ID = "pfm-tree-1";

    /** Bytes of a tensor under one leaf; the last leaf may have fewer, an empty tensor has one empty leaf. */
    public static final int SEGMENT_BYTES = 1 << 20;

    private ContentHash() {}

    /** Content hash of the model with these tensors, in whatever order they come. */
    public static Sha256 ofModel(Collection<TensorDigest> tensors) {
        MerkleTree tree = new MerkleTree();
        tensors.stream()
                .sorted(Comparator.comparing(TensorDigest::info, TensorInfo.BY_NAME))
                .forEach(tensor -> tree.addLeaf(modelEntry(tensor)));
        return tree.root();
    }

    /** Hash of a checkpoint with these variants: content hash by name. */
    public static Sha256 ofCheckpoint(Map<String, Sha256> variants) {
        MerkleTree tree = new MerkleTree();
        variants.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(CodePointOrder.COMPARATOR))
                .forEach(variant -> tree.addLeaf(entry(out -> {
                    writeText(out, variant.getKey());
                    out.write(variant.getValue().bytes());
                })));
        return tree.root();
    }

    private static byte[] modelEntry(TensorDigest tensor) {
        TensorInfo info = tensor.info();
        return entry(out -> {
            writeText(out, info.name());
            writeText(out, info.dtype().name());
            out.writeInt(info.shape().rank());
            for (int i = 0; i < info.shape().rank(); i++) {
                out.writeLong(info.shape().dim(i));
            }
            out.write(tensor.root().bytes());
        });
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private interface EntryWriter {
        void write(DataOutputStream out) throws IOException;
    }

    private static byte[] entry(EntryWriter writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writer.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}

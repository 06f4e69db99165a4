/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.lineage;

import io.privatefm.core.hash.ContentHash;
import io.privatefm.core.hash.SegmentSink;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.model.ModelTensor;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.ModelFiles;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model that is to become a foundation release: opened with all limits on hostile files, and hashed. */
public final class GivenModel implements AutoCloseable {
    private static final int LEAST_BYTES = 64;
    private static final int CHUNK_BYTES = 1 << 20;

    private final ModelDirectory model;
    private final Sha256 contentHash;
    private final Map<Sha256, String> byRoot = new HashMap<>();

    private GivenModel(ModelDirectory model, List<TensorDigest> digests) {
        this.model = model;
        this.contentHash = ContentHash.ofModel(digests);
        digests.forEach(
                digest -> byRoot.putIfAbsent(digest.root(), digest.info().name()));
    }

    /**
     * Opens and hashes a model.
     *
     * @param files stay the caller's to close
     * @throws io.privatefm.spi.InvalidInputException if it is not a sound model
     */
    public static GivenModel open(ModelFiles files, TensorStream stream) {
        ModelDirectory model = ModelDirectory.open(files, FormatLimits.FOUNDATION);
        try {
            return new GivenModel(model, stream.run(List.copyOf(model.tensors().values()), SegmentSink.NONE));
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /** Its content hash. */
    public Sha256 contentHash() {
        return contentHash;
    }

    /** A tensor with these very bytes, whatever its name, if there is one. */
    Optional<String> tensor(Sha256 root) {
        return Optional.ofNullable(byRoot.get(root));
    }

    /**
     * Whether a tensor's bytes say anything: that another has the same ones is no accident then. A few bytes, or the same element all
     * over as in biases that are all zero, come about anywhere.
     */
    boolean isTelling(String name) {
        ModelTensor tensor = model.tensors().get(name);
        if (tensor == null || tensor.info().byteLength() < LEAST_BYTES) {
            return false;
        }
        int each = Math.max(1, tensor.info().dtype().bits() / Byte.SIZE);
        byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, tensor.info().byteLength())];
        byte[] first = new byte[each];
        tensor.read(0, first, 0, each);
        for (long at = 0; at < tensor.info().byteLength(); at += chunk.length) {
            int length = (int) Math.min(chunk.length, tensor.info().byteLength() - at);
            tensor.read(at, chunk, 0, length);
            for (int i = 0; i < length; i++) {
                if (chunk[i] != first[(int) ((at + i) % each)]) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void close() {
        model.close();
    }
}

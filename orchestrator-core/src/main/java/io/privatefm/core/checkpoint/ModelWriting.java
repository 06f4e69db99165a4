/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.model.SafetensorsWriter;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One model on its way out, file by file; keeps what its listing will say. */
final class ModelWriting {
    private final TensorStream stream;
    private final ModelOutput output;
    private final List<TensorDigest> digests = new ArrayList<>();
    private final Map<String, Sha256> fileHashes = new TreeMap<>();
    private long bytes;

    ModelWriting(TensorStream stream, ModelOutput output) {
        this.stream = stream;
        this.output = output;
    }

    /** Bytes of these tensors' data. */
    static long dataBytes(List<? extends TensorSource> tensors) {
        return tensors.stream().mapToLong(tensor -> tensor.info().byteLength()).sum();
    }

    /** Writes the weights, and their index if they are in more than one file. */
    void writeShards(List<List<TensorSource>> shards) {
        if (shards.size() == 1) {
            writeShard(ModelDirectory.SINGLE_FILE, shards.get(0));
            return;
        }
        ObjectNode weightMap = JsonNodeFactory.instance.objectNode();
        long total = 0;
        for (int i = 0; i < shards.size(); i++) {
            String name = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            writeShard(name, shards.get(i));
            shards.get(i).forEach(tensor -> weightMap.put(tensor.info().name(), name));
            total += dataBytes(shards.get(i));
        }
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata").put("total_size", total);
        index.set("weight_map", weightMap);
        writeFile(ModelDirectory.INDEX_FILE, CanonicalJson.bytes(index));
    }

    private void writeShard(String name, List<TensorSource> tensors) {
        List<TensorInfo> infos = tensors.stream().map(TensorSource::info).toList();
        byte[] header = SafetensorsWriter.header(infos);
        long size = header.length + dataBytes(tensors);
        try (NewFile file = output.createFile(name, size)) {
            file.write(header, header.length);
            digests.addAll(stream.run(tensors, file));
            file.finish();
        }
        fileHashes.put(name, hash(header));
        bytes += size;
    }

    /** Writes another file. */
    void writeFile(String name, byte[] content) {
        try (NewFile file = output.createFile(name, content.length)) {
            file.write(content, content.length);
            file.finish();
        }
        fileHashes.put(name, hash(content));
        bytes += content.length;
    }

    /**
     * Ends with the listing, which is written only where the model is what it should be.
     *
     * @throws CorruptDataException if it has another content hash than expected
     */
    ModelDirectoryWriter.Written finish(Optional<Sha256> expected) {
        ModelListing listing = ModelListing.of(digests, fileHashes);
        Sha256 contentHash = listing.contentHash();
        expected.filter(hash -> !hash.equals(contentHash)).ifPresent(hash -> {
            throw new CorruptDataException("the model should have content hash " + hash + " but has " + contentHash
                    + "; it was not completed");
        });
        writeFile(ModelListing.FILE, listing.write());
        return new ModelDirectoryWriter.Written(contentHash, bytes);
    }

    private static Sha256 hash(byte[] content) {
        return Sha256.of(MerkleTree.sha256().digest(content));
    }
}

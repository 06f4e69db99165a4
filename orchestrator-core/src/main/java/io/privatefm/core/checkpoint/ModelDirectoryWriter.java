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
import io.privatefm.spi.files.ModelFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes a complete Hugging Face model directory: safetensors (sharded with an index when larger than a shard may be), the
 * foundation's other files, and {@value ModelListing#FILE}. It appears whole or not at all.
 */
public final class ModelDirectoryWriter {
    /** Largest shard unless said otherwise, as on the hub. */
    public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

    private final TensorStream stream;
    private final long shardBytes;

    /** What was written. */
    public record Written(Sha256 contentHash, long bytes) {}

    /**
     * A writer.
     *
     * @param shardBytes most bytes of tensor data in one file; a larger tensor gets a file of its own
     */
    public ModelDirectoryWriter(TensorStream stream, long shardBytes) {
        this.stream = stream;
        this.shardBytes = shardBytes;
    }

    /**
     * Writes a model.
     *
     * @param foundation where configuration and tokenizer files are copied from
     * @param expected content hash that the model must have
     * @throws CorruptDataException if it has another; nothing is left behind then
     */
    public Written write(
            List<? extends TensorSource> tensors,
            ModelFiles foundation,
            boolean untieEmbeddings,
            Path target,
            Optional<Sha256> expected) {
        Map<String, byte[]> companions = CompanionFiles.of(foundation, untieEmbeddings);
        try (OutputDirectory directory = OutputDirectory.create(target)) {
            directory.requireSpace(dataBytes(tensors));
            Run run = new Run(directory);
            run.writeShards(shards(SafetensorsWriter.order(tensors)));
            companions.forEach(run::writeFile);
            ModelListing listing = ModelListing.of(run.digests, run.fileHashes);
            run.writeFile(ModelListing.FILE, listing.write());
            Sha256 contentHash = listing.contentHash();
            expected.filter(hash -> !hash.equals(contentHash)).ifPresent(hash -> {
                throw new CorruptDataException("the model should have content hash " + hash + " but has " + contentHash
                        + "; nothing was written");
            });
            directory.commit();
            return new Written(contentHash, run.bytes);
        }
    }

    private static long dataBytes(List<? extends TensorSource> tensors) {
        return tensors.stream().mapToLong(tensor -> tensor.info().byteLength()).sum();
    }

    private List<List<TensorSource>> shards(List<TensorSource> ordered) {
        List<List<TensorSource>> shards = new ArrayList<>();
        List<TensorSource> shard = new ArrayList<>();
        long bytes = 0;
        for (TensorSource tensor : ordered) {
            long size = tensor.info().byteLength();
            if (!shard.isEmpty() && bytes + size > shardBytes) {
                shards.add(shard);
                shard = new ArrayList<>();
                bytes = 0;
            }
            shard.add(tensor);
            bytes += size;
        }
        shards.add(shard);
        return shards;
    }

    private final class Run {
        private final OutputDirectory directory;
        private final List<TensorDigest> digests = new ArrayList<>();
        private final Map<String, Sha256> fileHashes = new TreeMap<>();
        private long bytes;

        Run(OutputDirectory directory) {
            this.directory = directory;
        }

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
            try (OutputFile file = directory.createFile(name)) {
                file.write(header, header.length);
                digests.addAll(stream.run(tensors, file));
                file.finish();
            }
            fileHashes.put(name, Sha256.of(MerkleTree.sha256().digest(header)));
            bytes += header.length + dataBytes(tensors);
        }

        void writeFile(String name, byte[] content) {
            try (OutputFile file = directory.createFile(name)) {
                fileHashes.put(name, file.writeHashed(content));
                file.finish();
            }
            bytes += content.length;
        }
    }
}

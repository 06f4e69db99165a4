/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.model.SafetensorsWriter;
import io.privatefm.core.model.TensorSource;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.ModelSink;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a complete Hugging Face model directory: safetensors (sharded with an index when larger than a shard may be), the
 * foundation's other files, and {@value ModelListing#FILE}.
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
     * Writes a model as a directory, which appears whole or not at all.
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
            directory.requireSpace(ModelWriting.dataBytes(tensors));
            Written written = write(directory, tensors, companions, expected);
            directory.commit();
            return written;
        }
    }

    /**
     * Sends a model to a sink: the same files with the same bytes, {@value ModelListing#FILE} last.
     *
     * @param foundation where configuration and tokenizer files are copied from
     * @param expected content hash that the model must have
     * @throws CorruptDataException if it has another; the last file was not begun then
     */
    public Written write(
            List<? extends TensorSource> tensors,
            ModelFiles foundation,
            boolean untieEmbeddings,
            ModelSink sink,
            Optional<Sha256> expected) {
        return write(new SinkOutput(sink), tensors, CompanionFiles.of(foundation, untieEmbeddings), expected);
    }

    private Written write(
            ModelOutput output,
            List<? extends TensorSource> tensors,
            Map<String, byte[]> companions,
            Optional<Sha256> expected) {
        ModelWriting writing = new ModelWriting(stream, output);
        writing.writeShards(shards(SafetensorsWriter.order(tensors)));
        companions.forEach(writing::writeFile);
        return writing.finish(expected);
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
}

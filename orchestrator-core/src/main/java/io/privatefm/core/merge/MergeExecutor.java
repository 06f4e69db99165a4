/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.adapter.Adapter;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.hash.ContentHash;
import io.privatefm.core.hash.SegmentSink;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.model.ModelTensor;
import io.privatefm.core.model.SafetensorsWriter;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import io.privatefm.core.seal.SealContext;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.Composition;
import io.privatefm.spi.merge.VariantPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Computes planned variants: streams their tensors through merge and hash into one safetensors blob each. Memory is bounded
 * by tiles and segments, whatever the model's size. Safe for use by several threads at once.
 */
public final class MergeExecutor {
    private final SealedBlobs blobs;
    private final TensorStream stream;
    private final Plugins plugins;
    private final int tileElements;

    public MergeExecutor(SealedBlobs blobs, TensorStream stream, Plugins plugins, int tileElements) {
        this.blobs = blobs;
        this.stream = stream;
        this.plugins = plugins;
        this.tileElements = tileElements;
    }

    /**
     * Computes one variant and stores its blob, which stays an orphan until it is published.
     *
     * @param version of the checkpoint that it is for
     * @param adapters open adapters of the plan's subjects
     * @param stop asked again and again whether another worker has the namespace's lease; true ends the work, and so does what it throws
     * @throws io.privatefm.spi.ConflictException if {@code stop} said so; nothing is stored then
     * @throws io.privatefm.spi.InvalidInputException if the adapters do not fit the foundation or each other, or a merged
     *     value is not finite; nothing is stored then
     */
    public MergedVariant execute(
            NsUid namespace,
            long version,
            VariantPlan plan,
            Foundation foundation,
            Map<Subject, Adapter> adapters,
            BooleanSupplier stop) {
        List<VariantAssembler.Part> parts = new ArrayList<>();
        for (VariantPlan.Input input : plan.inputs()) {
            Adapter adapter = adapters.get(input.subject());
            if (adapter == null) {
                throw new IllegalArgumentException("no adapter for " + input.subject());
            }
            parts.add(new VariantAssembler.Part(input.subject().value(), adapter, input.weight()));
        }
        VariantAssembler assembler =
                new VariantAssembler(foundation.tensors(), foundation.config(), plugins.kernels(), tileElements);
        VariantAssembler.Assembly assembly =
                assembler.assemble(parts, plugins.strategy(plan.strategy()), plan.rounding(), Composition.SUM);
        boolean full = plan.layout() == Layout.FULL;
        List<TensorSource> stored = full
                ? VariantAssembler.overlay(foundation.tensors(), assembly.changed())
                : List.copyOf(assembly.changed().values());
        Map<String, TensorDigest> digests = new TreeMap<>(CodePointOrder.COMPARATOR);
        SealedBlobs.Stored blob = write(
                new SealContext(namespace, SealContext.Role.VARIANT, version, plan.name()), stored, digests, stop);
        Map<String, TensorDigest> reread = rereadBases(foundation, assembly);
        if (full) {
            digests.forEach((name, digest) -> {
                if (!assembly.changed().containsKey(name)) {
                    reread.put(name, digest);
                }
            });
        }
        requirePristine(foundation, reread);
        Map<String, TensorDigest> model = new TreeMap<>(foundation.digests());
        model.putAll(digests);
        List<TensorDigest> changed = digests.values().stream()
                .filter(digest -> assembly.changed().containsKey(digest.info().name()))
                .toList();
        return new MergedVariant(
                plan, version, ContentHash.ofModel(model.values()), blob, changed, assembly.untiesEmbeddings());
    }

    private SealedBlobs.Stored write(
            SealContext context, List<TensorSource> tensors, Map<String, TensorDigest> digests, BooleanSupplier stop) {
        List<TensorSource> ordered = SafetensorsWriter.order(tensors);
        List<TensorInfo> infos = ordered.stream().map(TensorSource::info).toList();
        byte[] header = SafetensorsWriter.header(infos);
        long bytes =
                header.length + infos.stream().mapToLong(TensorInfo::byteLength).sum();
        return blobs.write(context, bytes, sink -> {
            sink.write(header, header.length);
            stream.run(ordered, (segment, length) -> {
                        if (stop.getAsBoolean()) {
                            throw new ConflictException(
                                    "another worker has the lease of namespace " + context.namespace());
                        }
                        sink.write(segment, length);
                    })
                    .forEach(digest -> digests.put(digest.info().name(), digest));
        });
    }

    /** Hashes again the tensors of the foundation that went into merged ones. */
    private Map<String, TensorDigest> rereadBases(Foundation foundation, VariantAssembler.Assembly assembly) {
        List<ModelTensor> bases = foundation.tensors().values().stream()
                .filter(tensor -> assembly.changed().containsKey(tensor.info().name()))
                .toList();
        Map<String, TensorDigest> digests = new TreeMap<>(CodePointOrder.COMPARATOR);
        stream.run(bases, SegmentSink.NONE)
                .forEach(digest -> digests.put(digest.info().name(), digest));
        return digests;
    }

    /** What was read of the foundation must be what was hashed before: else no replay would give these bytes again. */
    private static void requirePristine(Foundation foundation, Map<String, TensorDigest> reread) {
        foundation.digests().forEach((name, digest) -> {
            TensorDigest now = reread.get(name);
            if (now != null && !now.equals(digest)) {
                throw new FoundationWrongException("tensor " + name + " of foundation release "
                        + foundation.release().name() + " changed while it was read");
            }
        });
    }
}

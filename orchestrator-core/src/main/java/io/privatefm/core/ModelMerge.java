/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.adapter.Adapter;
import io.privatefm.core.checkpoint.ModelDirectoryWriter;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.merge.MergedTensors;
import io.privatefm.core.merge.Plugins;
import io.privatefm.core.merge.VariantAssembler;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.plan.MergePlanner;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.merge.Composition;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.merge.TensorKernels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;

/**
 * One merge of adapters into a model directory, without namespaces and stores: what PEFT's {@code merge_and_unload} and
 * {@code save_pretrained} do, in the arithmetic {@code pfm-merge-1}. Not safe for use by several threads.
 */
public final class ModelMerge {
    private final ModelFiles foundation;
    private final List<Input> inputs = new ArrayList<>();
    private Rounding rounding = Rounding.SINGLE;
    private Composition composition = Composition.SUM;
    private AdapterLimits adapterLimits = AdapterLimits.DEFAULT;
    private int threads = Runtime.getRuntime().availableProcessors();
    private int tileElements = MergedTensors.DEFAULT_TILE_ELEMENTS;
    private long shardBytes = ModelDirectoryWriter.DEFAULT_SHARD_BYTES;

    private record Input(String name, ModelFiles files, float weight) {}

    /**
     * What a merge wrote.
     *
     * @param contentHash content hash of the merged model
     * @param tensorsChanged number of tensors that the adapters change, added ones included
     * @param tensorsAdded names of the tensors that the foundation lacks
     * @param bytesWritten size of all files together
     */
    public record Result(Sha256 contentHash, int tensorsChanged, List<String> tensorsAdded, long bytesWritten) {
        public Result {
            tensorsAdded = List.copyOf(tensorsAdded);
        }
    }

    private ModelMerge(ModelFiles foundation) {
        this.foundation = foundation;
    }

    /** Starts a merge into this model; its files are only read, and not closed. */
    public static ModelMerge into(ModelFiles foundation) {
        return new ModelMerge(foundation);
    }

    /**
     * Adds an adapter.
     *
     * @param name how errors call it; several are added up in ascending code-point order of their names (adapters of the same
     *     name by digest), so that the order of these calls does not matter, except in a sequence
     * @param files its files, not closed
     * @param weight finite; 1 is the adapter as it is
     */
    public ModelMerge adapter(String name, ModelFiles files, float weight) {
        inputs.add(new Input(name, files, weight));
        return this;
    }

    /** When merged values are rounded; {@link Rounding#SINGLE} by default. */
    public ModelMerge rounding(Rounding value) {
        rounding = value;
        return this;
    }

    /** How several adapters combine; {@link Composition#SUM} by default. */
    public ModelMerge composition(Composition value) {
        composition = value;
        return this;
    }

    /** Bounds for the adapters; {@link AdapterLimits#DEFAULT} by default. */
    public ModelMerge adapterLimits(AdapterLimits value) {
        adapterLimits = value;
        return this;
    }

    /** How many threads compute; one for each processor by default. Changes speed only. */
    public ModelMerge threads(int value) {
        threads = requirePositive(value, "threads");
        return this;
    }

    /** Most bytes of tensor data in one file; 5 GB by default. Changes files only, not the content hash. */
    public ModelMerge shardBytes(long value) {
        shardBytes = requirePositive(value, "the shard size");
        return this;
    }

    /** Elements computed at once by one thread; for tests, it changes speed only. */
    ModelMerge tileElements(int value) {
        tileElements = value;
        return this;
    }

    /**
     * Merges and writes a complete model directory, which appears whole or not at all.
     *
     * @param target must not exist; the folder that it lies in must
     * @throws InvalidInputException if the foundation or an adapter is malformed, not supported or does not fit, or a merged
     *     value is not finite; nothing is left behind
     * @throws io.privatefm.spi.AlreadyExistsException if there is something at {@code target}
     * @throws io.privatefm.spi.UnavailableException if the disk does not take it
     */
    public Result writeTo(Path target) {
        if (inputs.isEmpty()) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "a merge needs at least one adapter");
        }
        List<VariantAssembler.Part> parts = new ArrayList<>();
        ExecutorService pool = MergeThreads.pool(threads);
        try (ModelDirectory model = ModelDirectory.open(foundation, FormatLimits.FOUNDATION)) {
            for (Input input : inputs) {
                parts.add(new VariantAssembler.Part(
                        input.name(), Adapter.open(input.files(), adapterLimits), input.weight()));
            }
            if (composition == Composition.SUM) {
                parts.sort(Comparator.comparing(VariantAssembler.Part::name, CodePointOrder.COMPARATOR)
                        .thenComparing(part -> part.adapter().digest())
                        .thenComparing(VariantAssembler.Part::weight));
            }
            return write(model, parts, new TensorStream(pool, threads), target);
        } finally {
            parts.forEach(part -> part.adapter().close());
            pool.shutdown();
        }
    }

    private Result write(ModelDirectory model, List<VariantAssembler.Part> parts, TensorStream stream, Path target) {
        Plugins plugins = new Plugins(
                List.of(),
                ServiceLoader.load(TensorKernels.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList());
        VariantAssembler.Assembly assembly = new VariantAssembler(
                        model.tensors(), model.config(), plugins.kernels(), tileElements)
                .assemble(parts, plugins.strategy(MergePlanner.WEIGHTED_SUM), rounding, composition);
        ModelDirectoryWriter.Written written = new ModelDirectoryWriter(stream, shardBytes)
                .write(
                        VariantAssembler.overlay(model.tensors(), assembly.changed()),
                        foundation,
                        assembly.untiesEmbeddings(),
                        target,
                        Optional.empty());
        List<String> added = assembly.changed().keySet().stream()
                .filter(name -> !model.tensors().containsKey(name))
                .toList();
        return new Result(written.contentHash(), assembly.changed().size(), added, written.bytes());
    }

    private static <N extends Number> N requirePositive(N value, String what) {
        if (value.longValue() < 1) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, what + " must be at least 1, not " + value);
        }
        return value;
    }
}

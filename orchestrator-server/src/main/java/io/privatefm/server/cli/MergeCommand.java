/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.ModelMerge;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.merge.Composition;
import io.privatefm.spi.merge.Rounding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm merge}: one merge into a model directory. */
@Command(
        name = "merge",
        description =
                "Merges LoRA adapters with a foundation and writes a complete model directory, whole or not at all.",
        mixinStandardHelpOptions = true)
final class MergeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Threads threads = new Threads();

    @Option(names = "--foundation", required = true, paramLabel = "DIR", description = "Hugging Face model directory.")
    @SuppressWarnings("NullAway.Init")
    private Path foundation;

    @Option(
            names = "--adapter",
            required = true,
            paramLabel = "DIR",
            description = "PEFT adapter directory. May be repeated.")
    private List<Path> adapters = new ArrayList<>();

    @Option(
            names = "--weight",
            paramLabel = "W",
            description = "Weight of each adapter, in the same order. Default: 1 each.")
    private List<Float> weights = new ArrayList<>();

    @Option(
            names = "--rounding",
            paramLabel = "MODE",
            description = "single: the sum is rounded once (default). safe: the update is rounded first, as PEFT's"
                    + " safe_merge does.")
    private String rounding = "single";

    @Option(
            names = "--sequence",
            description = "Merge one adapter after the other, in this order, as PEFT does, instead of summing them up.")
    private boolean sequence;

    @Option(
            names = "--max-shard-size",
            paramLabel = "BYTES",
            description = "Most bytes of tensor data in one file. Default: 5000000000.")
    private Optional<Long> shardBytes = Optional.empty();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write; must not exist.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Override
    public Integer call() {
        if (!weights.isEmpty() && weights.size() != adapters.size()) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "there are " + adapters.size() + " adapters, but " + weights.size() + " weights");
        }
        long start = System.nanoTime();
        List<ModelFiles> opened = new ArrayList<>();
        try {
            ModelFiles base = LocalModelFiles.open(foundation);
            opened.add(base);
            ModelMerge merge = ModelMerge.into(base)
                    .rounding(roundingMode())
                    .composition(sequence ? Composition.SEQUENCE : Composition.SUM)
                    .threads(threads.count());
            shardBytes.ifPresent(merge::shardBytes);
            for (int i = 0; i < adapters.size(); i++) {
                ModelFiles files = LocalModelFiles.open(adapters.get(i));
                opened.add(files);
                merge.adapter(name(adapters.get(i)), files, weights.isEmpty() ? 1f : weights.get(i));
            }
            report(merge.writeTo(out), (System.nanoTime() - start) / 1e9);
        } finally {
            opened.forEach(ModelFiles::close);
        }
        return ExitCode.DONE;
    }

    private void report(ModelMerge.Result result, double seconds) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("content_hash", result.contentHash().hex())
                .put("tensors_changed", result.tensorsChanged())
                .put("bytes_written", result.bytesWritten())
                .put("seconds", Math.round(seconds * 1000) / 1000.0);
        if (!result.tensorsAdded().isEmpty()) {
            result.tensorsAdded().forEach(json.putArray("tensors_added")::add);
        }
        output.print(spec, json);
    }

    private Rounding roundingMode() {
        return switch (rounding) {
            case "single" -> Rounding.SINGLE;
            case "safe" -> Rounding.SAFE;
            default ->
                throw new InvalidInputException(
                        ErrorCode.INVALID_ARGUMENT, "--rounding is single or safe, not '" + rounding + "'");
        };
    }

    /** The directory's own name stands for the subject. */
    private static String name(Path adapter) {
        Path last = adapter.toAbsolutePath().normalize().getFileName();
        return last == null ? "adapter" : last.toString();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.testkit.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.LogManager;

/**
 * What encryption costs a merge: the same merges with and without a key vault, in turns, from plan to published checkpoint, blobs in
 * a directory, everything read back and verified as always.
 *
 * <pre>java -cp benchmarks/target/benchmarks.jar io.privatefm.benchmarks.EncryptionBenchmark</pre>
 */
public final class EncryptionBenchmark {
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 11;
    private static final LearnerId LEARNER = LearnerId.of("learner");
    private static final Subject SUBJECT = Subject.of("math");

    private EncryptionBenchmark() {}

    /** Measures and prints. */
    public static void main(String[] arguments) throws IOException {
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        LogManager.getLogManager().getLogger("").setLevel(Level.WARNING);
        Path folder = Files.createTempDirectory("pfm-encryption-benchmark");
        try {
            TinyModel model = LargeLlama.model();
            model.writeTo(folder.resolve("foundation").resolve("r1"));
            try (Orchestrator plain = engine(folder, "plain", false);
                    Orchestrator sealed = engine(folder, "sealed", true)) {
                run(model, plain, sealed);
            }
        } finally {
            Disk.delete(folder);
        }
    }

    private static void run(TinyModel model, Orchestrator plain, Orchestrator sealed) {
        List<Double> plainSeconds = new ArrayList<>();
        List<Double> sealedSeconds = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 1; round <= WARM_UP + ROUNDS; round++) {
            boolean plainFirst = round % 2 == 0;
            double first = merge(plainFirst ? plain : sealed, model, round);
            double second = merge(plainFirst ? sealed : plain, model, round);
            if (round > WARM_UP) {
                plainSeconds.add(plainFirst ? first : second);
                sealedSeconds.add(plainFirst ? second : first);
                ratios.add(plainFirst ? first / second : second / first);
            }
        }
        double weights = LargeLlama.weights(model);
        System.out.printf(
                Locale.ROOT,
                "%.1f M weights a merge, rank %d, %d processors, %d rounds in turns%n",
                weights / 1e6,
                LargeLlama.RANK,
                Runtime.getRuntime().availableProcessors(),
                ROUNDS);
        System.out.printf(Locale.ROOT, "plain:     %.1f M weights/s%n", weights / middle(plainSeconds) / 1e6);
        System.out.printf(Locale.ROOT, "encrypted: %.1f M weights/s%n", weights / middle(sealedSeconds) / 1e6);
        System.out.printf(
                Locale.ROOT,
                "encrypted : plain, throughput, middle of the rounds' ratios: %.2f (%.2f to %.2f)%n",
                middle(ratios),
                ratios.stream().mapToDouble(ratio -> ratio).min().orElseThrow(),
                ratios.stream().mapToDouble(ratio -> ratio).max().orElseThrow());
    }

    /** Seconds of a merge of a new adapter. */
    private static double merge(Orchestrator pfm, TinyModel model, int round) {
        pfm.adapters()
                .register(LEARNER, SUBJECT, LargeLlama.adapter(model, round).files());
        long start = System.nanoTime();
        MergeOutcome outcome = pfm.merges().mergeNow(LEARNER);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!(outcome instanceof MergeOutcome.Merged)) {
            throw new IllegalStateException("not merged: " + outcome);
        }
        return seconds;
    }

    private static Orchestrator engine(Path folder, String name, boolean sealed) throws IOException {
        OrchestratorBuilder builder = Orchestrator.builder(
                InMemory.store(),
                BlobDirectory.at(Files.createDirectories(folder.resolve(name))),
                FoundationDirectory.at(folder.resolve("foundation")));
        Orchestrator pfm = (sealed ? builder.keyVault(InMemory.vault()) : builder).build();
        pfm.namespaces().provision(LEARNER, List.of(SUBJECT));
        return pfm;
    }

    private static double middle(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}

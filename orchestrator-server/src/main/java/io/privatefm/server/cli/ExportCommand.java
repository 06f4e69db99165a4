/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm export}: a variant of a stored checkpoint as a model directory. */
@Command(
        name = "export",
        description = "Writes a variant of a stored checkpoint as a complete model directory, whole or not at all.",
        mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Home home = new Home();

    @Option(names = "--learner", required = true, paramLabel = "ID", description = "Whose checkpoint.")
    @SuppressWarnings("NullAway.Init")
    private String learner;

    @Option(names = "--checkpoint", paramLabel = "N", description = "Which version. Default: the newest.")
    private Optional<Long> version = Optional.empty();

    @Option(names = "--variant", required = true, paramLabel = "NAME", description = "The variant, such as math.")
    @SuppressWarnings("NullAway.Init")
    private String variant;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write; must not exist.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Override
    public Integer call() {
        LearnerId id = LearnerId.of(learner);
        try (HomeDatabase database = home.openDatabase();
                Orchestrator pfm = Orchestrator.builder(database.store(), home.blobs(), home.foundation())
                        .keyVault(home.vault())
                        .build()) {
            long wanted = version.orElseGet(() -> newest(pfm, id));
            Sha256 hash = pfm.checkpoints().export(id, wanted, variant, out);
            output.print(
                    spec,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("content_hash", hash.hex())
                            .put("version", wanted));
        }
        return ExitCode.DONE;
    }

    private static long newest(Orchestrator pfm, LearnerId id) {
        return pfm.checkpoints()
                .latest(id)
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.CHECKPOINT_NOT_FOUND, "learner " + id + " has no checkpoint yet"))
                .version();
    }
}

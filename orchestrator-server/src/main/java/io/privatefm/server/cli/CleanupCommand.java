/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.config.RetentionRules;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.spi.checkpoint.RetentionOutcome;
import io.privatefm.spi.checkpoint.RetentionPolicy;
import io.privatefm.spi.checkpoint.RetentionReport;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm cleanup}: finishes deletions, lets old checkpoints expire and collects orphans, once. */
@Command(
        name = "cleanup",
        description =
                "Finishes deletions that were granted, removes checkpoints that are over their time, never what recovery"
                        + " needs, and collects blobs that nothing refers to.",
        mixinStandardHelpOptions = true)
final class CleanupCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Home home = new Home();

    @Option(
            names = "--days",
            paramLabel = "N",
            description = "How long checkpoints are kept. Default: CHECKPOINT_RETENTION_DAYS, else 30.")
    private Optional<Integer> days = Optional.empty();

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "How many of a learner's newest stay whatever their age, at least 2. Default: 3.")
    private Optional<Integer> keep = Optional.empty();

    @Override
    public Integer call() {
        RetentionPolicy policy = policy();
        try (HomeDatabase database = home.openDatabase();
                Orchestrator pfm = Orchestrator.builder(database.store(), home.blobs(), home.foundation())
                        .keyVault(home.vault())
                        .retention(policy)
                        .build()) {
            int deleted = pfm.guardian().resume();
            RetentionReport report = pfm.upkeep().applyRetention();
            int collected = pfm.upkeep().collectOrphans();
            report.results().forEach(this::tell);
            output.print(
                    spec,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("namespaces", report.namespaces())
                            .put("deletions_finished", deleted)
                            .put("checkpoints_removed", report.removed())
                            .put("namespaces_skipped", report.skipped())
                            .put("orphans_collected", collected));
        }
        return ExitCode.DONE;
    }

    private RetentionPolicy policy() {
        RetentionPolicy policy = days.isPresent()
                ? RetentionPolicy.DEFAULT.withMaxAge(Duration.ofDays(days.get()))
                : RetentionRules.of(System.getenv());
        return keep.map(policy::withKeepLast).orElse(policy);
    }

    private void tell(RetentionReport.Result result) {
        if (result.outcome() instanceof RetentionOutcome.Skipped skipped) {
            spec.commandLine()
                    .getErr()
                    .println("pfm: nothing of learner " + result.learner() + " was removed: " + skipped.reason() + ", "
                            + skipped.detail());
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.recovery.RestorePoint;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm restore}: brings a learner back to an earlier checkpoint or time. */
@Command(
        name = "restore",
        description = "Computes an earlier checkpoint of a learner anew, from the event log, and publishes it as the"
                + " newest, with the content hashes that were recorded for it; on the newest's foundation release, if the"
                + " earlier one was made from another.")
final class RestoreCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    @SuppressWarnings("unused")
    private boolean help; // without the standard one, whose --version is another

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Home home = new Home();

    @Option(names = "--learner", required = true, paramLabel = "ID", description = "Whose models.")
    @SuppressWarnings("NullAway.Init")
    private String learner;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    private Point point;

    /** One of the two. */
    static final class Point {
        @Option(names = "--version", required = true, paramLabel = "N", description = "Which checkpoint.")
        private Optional<Long> version = Optional.empty();

        @Option(
                names = "--time",
                required = true,
                paramLabel = "INSTANT",
                description = "The newest checkpoint at this time, such as 2026-03-01T06:00:00Z.")
        private Optional<String> time = Optional.empty();

        RestorePoint restorePoint() {
            if (version.isPresent()) {
                return new RestorePoint.Version(version.get());
            }
            String text = time.orElseThrow();
            try {
                return new RestorePoint.Time(Instant.parse(text));
            } catch (DateTimeException e) {
                throw new InvalidInputException(
                        ErrorCode.INVALID_ARGUMENT, "--time must be like 2026-03-01T06:00:00Z, not " + text);
            }
        }
    }

    @Override
    public Integer call() throws IOException {
        LearnerId id = LearnerId.of(learner);
        RestorePoint wanted = point.restorePoint();
        try (OpenRecovery opened = OpenRecovery.of(home, Optional.empty())) {
            return new ShownOutcome(opened.fallback(id, wanted)).print(spec, output);
        }
    }
}

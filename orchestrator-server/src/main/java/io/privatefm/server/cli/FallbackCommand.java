/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.recovery.RestorePoint;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm fallback}: computes a learner's newest checkpoint anew, or lets fallbacks go on that were stopped. */
@Command(
        name = "fallback",
        description = "Computes a learner's models anew from the foundation release and the event log, and publishes"
                + " them if they are what was recorded, bit for bit. Or lets all fallbacks go on that were stopped"
                + " because too many namespaces were found damaged at once.",
        mixinStandardHelpOptions = true)
final class FallbackCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Home home = new Home();

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    private Wish wish;

    /** One of the two. */
    static final class Wish {
        @Option(names = "--learner", required = true, paramLabel = "ID", description = "Whose models.")
        private Optional<String> learner = Optional.empty();

        @Option(names = "--resume", required = true, description = "Let fallbacks go on that were stopped.")
        private boolean resume;

        LearnerId learnerId() {
            return LearnerId.of(learner.orElseThrow(
                    () -> new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "say whose models, by --learner")));
        }
    }

    @Override
    public Integer call() throws IOException {
        Optional<LearnerId> learner = wish.resume ? Optional.empty() : Optional.of(wish.learnerId());
        try (OpenRecovery opened = OpenRecovery.of(home, Optional.empty())) {
            return learner.isPresent()
                    ? new ShownOutcome(opened.fallback(learner.get(), new RestorePoint.Newest())).print(spec, output)
                    : resume(opened);
        }
    }

    private int resume(OpenRecovery opened) {
        Optional<String> before = opened.recovery().stopped();
        opened.recovery().resume();
        Optional<String> after = opened.recovery().stopped();
        output.print(
                spec,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("stopped_before", before.orElse("no"))
                        .put("stopped_now", after.orElse("no")));
        return after.isPresent() ? ExitCode.VERIFICATION_FAILED : ExitCode.DONE;
    }
}

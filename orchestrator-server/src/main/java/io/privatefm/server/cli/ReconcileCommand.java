/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.recovery.Reconciliation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm reconcile}: finds the learners whose events were lost. */
@Command(
        name = "reconcile",
        description =
                "Holds the learners that the platform knows against the namespaces that there are: names those without"
                        + " one, whose PRIVATE_BRAIN_READY was lost, and those who were deleted here. Changes nothing.",
        mixinStandardHelpOptions = true)
final class ReconcileCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Home home = new Home();

    @Option(
            names = "--learners",
            required = true,
            paramLabel = "FILE",
            description = "The platform's learner ids, one on each line; - for standard input.")
    @SuppressWarnings("NullAway.Init")
    private String learners;

    @Override
    public Integer call() throws IOException {
        List<LearnerId> known = read();
        try (HomeDatabase database = home.openDatabase();
                Orchestrator pfm = Orchestrator.builder(database.store(), home.blobs(), home.foundation())
                        .keyVault(home.vault())
                        .build()) {
            Reconciliation found = pfm.namespaces().reconcile(known);
            print(found);
            return found.missing().isEmpty() ? ExitCode.DONE : ExitCode.VERIFICATION_FAILED;
        }
    }

    private void print(Reconciliation found) {
        if (output.isJson()) {
            ObjectNode result = JsonNodeFactory.instance.objectNode().put("looked", found.looked());
            add(result.putArray("missing"), found.missing());
            add(result.putArray("deleted"), found.deleted());
            output.print(spec, result);
            return;
        }
        PrintWriter out = spec.commandLine().getOut();
        found.missing().forEach(learner -> out.println("missing: " + learner));
        found.deleted().forEach(learner -> out.println("deleted: " + learner));
        out.println("looked: " + found.looked());
    }

    private static void add(ArrayNode array, List<LearnerId> ids) {
        ids.forEach(id -> array.add(id.value()));
    }

    private List<LearnerId> read() throws IOException {
        if (learners.equals(STANDARD_INPUT)) {
            return read(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        }
        Path file = Path.of(learners);
        if (!Files.isRegularFile(file)) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "there is no file " + file);
        }
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            return read(lines);
        }
    }

    /** Lines that are empty are passed over. */
    private static List<LearnerId> read(BufferedReader lines) throws IOException {
        List<LearnerId> ids = new ArrayList<>();
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (!line.isBlank()) {
                ids.add(learner(line.strip(), number));
            }
        }
        return ids;
    }

    private static LearnerId learner(String text, int line) {
        try {
            return LearnerId.of(text);
        } catch (InvalidInputException e) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, "line " + line + " is no learner id: " + e.getMessage());
        }
    }
}

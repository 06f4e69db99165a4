/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.ModelCheck;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.checkpoint.Verification.Damage;
import io.privatefm.spi.files.ModelFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pfm verify}: holds a model directory against a content hash. */
@Command(
        name = "verify",
        description =
                "Reads every byte of a model directory and holds it against a content hash; names what is damaged.",
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
    private static final int MOST_LINES = 20;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Threads threads = new Threads();

    @Parameters(paramLabel = "DIR", description = "Hugging Face model directory.")
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Option(names = "--hash", required = true, paramLabel = "HEX", description = "The content hash it must have.")
    @SuppressWarnings("NullAway.Init")
    private String hash;

    @Override
    public Integer call() {
        Sha256 expected = Sha256.parse(hash);
        Verification verification;
        try (ModelFiles files = LocalModelFiles.open(directory)) {
            verification = ModelCheck.verify(files, expected, threads.count());
        }
        List<Damage> damages = verification instanceof Verification.Damaged damaged ? damaged.damages() : List.of();
        if (output.isJson()) {
            output.print(spec, json(expected, damages));
        } else if (damages.isEmpty()) {
            spec.commandLine().getOut().println("intact: " + expected);
        }
        damages.stream()
                .limit(MOST_LINES)
                .forEach(damage -> spec.commandLine().getErr().println("pfm: damaged: " + damage));
        if (damages.size() > MOST_LINES) {
            spec.commandLine().getErr().println("pfm: damaged: and " + (damages.size() - MOST_LINES) + " more");
        }
        return damages.isEmpty() ? ExitCode.DONE : ExitCode.VERIFICATION_FAILED;
    }

    private static ObjectNode json(Sha256 expected, List<Damage> damages) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("intact", damages.isEmpty()).put("expected", expected.hex());
        ArrayNode list = json.putArray("damages");
        for (Damage damage : damages) {
            list.addObject().put("tensor", damage.tensor().orElse(null)).put("reason", damage.reason());
        }
        return json;
    }
}

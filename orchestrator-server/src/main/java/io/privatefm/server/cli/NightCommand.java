/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.server.config.Setting;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm night}: has a running service begin a night and waits for its end, for a cluster that has the schedule. */
@Command(
        name = "night",
        description = "Has a running service begin a night, and waits for its end. The key is in SERVICE_API_KEY: the"
                + " service's own, or a stored one of the scopes operate and read.",
        mixinStandardHelpOptions = true)
final class NightCommand implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Option(
            names = "--server",
            paramLabel = "URL",
            required = true,
            description = "Where the service is, such as http://private-fm:8000.")
    @SuppressWarnings("NullAway.Init")
    private URI server;

    /** For picocli. */
    NightCommand() {
        this(System.getenv());
    }

    NightCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws InterruptedException {
        Optional<String> key = Setting.SERVICE_API_KEY.in(environment);
        if (key.isEmpty()) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION,
                    Setting.SERVICE_API_KEY + " is not set; it holds the key that the night is begun with");
        }
        ObjectNode ended = new RemoteNight(server, key.get(), PAUSE).run();
        if (output.isJson()) {
            output.print(spec, ended);
        } else {
            spec.commandLine()
                    .getOut()
                    .println("night: " + ended.path("outcome").asText("none") + ", "
                            + ended.path("detail").asText("no detail"));
        }
        return ended.path("status").asText().equals("SUCCEEDED") ? ExitCode.DONE : ExitCode.VERIFICATION_FAILED;
    }
}

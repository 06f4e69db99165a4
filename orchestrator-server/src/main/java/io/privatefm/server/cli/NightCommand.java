/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.server.config.Setting;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
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
    private final Duration pause;

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
        this(System.getenv(), PAUSE);
    }

    /** @param pause between two looks at the night */
    NightCommand(Map<String, String> environment, Duration pause) {
        this.environment = environment;
        this.pause = pause;
    }

    @Override
    public Integer call() throws InterruptedException {
        ObjectNode ended = new RemoteNight(server(), key(), pause).run();
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

    private URI server() {
        boolean speaksHttp =
                "http".equalsIgnoreCase(server.getScheme()) || "https".equalsIgnoreCase(server.getScheme());
        if (!speaksHttp || server.getHost() == null) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "--server must be like http://private-fm:8000");
        }
        return server;
    }

    /** The client would show what it cannot send. */
    private String key() {
        String key = Setting.SERVICE_API_KEY.in(environment).map(String::strip).orElse("");
        if (key.isEmpty()) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION,
                    Setting.SERVICE_API_KEY + " is not set; it holds the key that the night is begun with");
        }
        if (key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, Setting.SERVICE_API_KEY + " holds no key: it has other characters in it");
        }
        return key;
    }
}

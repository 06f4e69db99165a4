/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.server.access.IssuedKey;
import io.privatefm.server.access.Scope;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm keys create}. */
@Command(
        name = "create",
        description = "Makes a key and prints it: the only time that it can be seen.",
        mixinStandardHelpOptions = true)
final class KeysCreateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Home home = new Home();

    @Option(
            names = "--scopes",
            required = true,
            split = ",",
            paramLabel = "SCOPE",
            description =
                    "What the key opens: read, write, merge, fallback, export, operate, metrics; or guardian alone.")
    private List<String> scopes = List.of();

    @Option(
            names = "--label",
            required = true,
            paramLabel = "TEXT",
            description = "What the key is for. Names no learner and no secret.")
    @SuppressWarnings("NullAway.Init")
    private String label;

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            description = "After which time the key is worth nothing, such as 90d. Default: never.")
    private Optional<String> expires = Optional.empty();

    @Option(names = "--dev", description = "The key says of itself that it is one for development.")
    private boolean dev;

    @Override
    public Integer call() {
        Set<Scope> wanted = EnumSet.noneOf(Scope.class);
        scopes.forEach(name -> wanted.add(scope(name)));
        Optional<Duration> life = expires.map(text -> GivenTime.parse("--expires", text));
        try (OpenKeys opened = OpenKeys.of(home)) {
            IssuedKey issued = opened.keys().create(OpenKeys.environment(dev), wanted, label, life);
            opened.audit().record("KEY_CREATED", issued.stored());
            output.print(spec, OpenKeys.json(issued));
        }
        return ExitCode.DONE;
    }

    private static Scope scope(String name) {
        return Arrays.stream(Scope.values())
                .filter(scope -> scope != Scope.OPEN && text(scope).equals(name.strip()))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.INVALID_ARGUMENT,
                        "--scopes: there is no scope " + name + "; there are "
                                + Arrays.stream(Scope.values())
                                        .filter(scope -> scope != Scope.OPEN)
                                        .map(KeysCreateCommand::text)
                                        .collect(Collectors.joining(", "))));
    }

    private static String text(Scope scope) {
        return scope.name().toLowerCase(Locale.ROOT);
    }
}

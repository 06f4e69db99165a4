/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.server.access.IssuedKey;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pfm keys rotate}. */
@Command(
        name = "rotate",
        description = "Makes a key of the same scopes, label and life, prints it, and has the old one expire.",
        mixinStandardHelpOptions = true)
final class KeysRotateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Home home = new Home();

    @Parameters(paramLabel = "ID", description = "The first column of pfm keys list.")
    @SuppressWarnings("NullAway.Init")
    private String id;

    @Option(
            names = "--overlap",
            paramLabel = "TIME",
            description = "How long the old key still works: 30m, 24h, 7d, or 0. Default: 24h.")
    private String overlap = "24h";

    @Option(names = "--dev", description = "The key says of itself that it is one for development.")
    private boolean dev;

    @Override
    public Integer call() {
        try (OpenKeys opened = OpenKeys.of(home)) {
            IssuedKey issued =
                    opened.keys().rotate(OpenKeys.environment(dev), id, GivenTime.parse("--overlap", overlap));
            opened.audit().record("KEY_ROTATED", issued.stored());
            output.print(spec, OpenKeys.json(issued));
        }
        return ExitCode.DONE;
    }
}

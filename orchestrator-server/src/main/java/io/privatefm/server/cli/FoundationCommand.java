/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pfm foundation}: releases of the foundation. */
@Command(
        name = "foundation",
        description = "Releases of the foundation: signed by their publisher, imported by an operator, by nobody else.",
        mixinStandardHelpOptions = true,
        subcommands = {FoundationImportCommand.class, FoundationSignCommand.class, CommandLine.HelpCommand.class})
final class FoundationCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "pfm foundation: a subcommand is missing: import or sign");
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pfm dead-letters}: the events that were not taken. */
@Command(
        name = "dead-letters",
        description = "The events that were given up: what they are, and what becomes of them.",
        mixinStandardHelpOptions = true,
        subcommands = {
            DeadLettersListCommand.class,
            DeadLettersRedeliverCommand.class,
            DeadLettersDiscardCommand.class,
            CommandLine.HelpCommand.class
        })
final class DeadLettersCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "pfm dead-letters: a subcommand is missing: list, redeliver or discard");
    }
}

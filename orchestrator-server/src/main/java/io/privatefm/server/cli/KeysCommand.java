/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pfm keys}: the service's stored keys. */
@Command(
        name = "keys",
        description = "The keys that callers of the service have: made, listed, rotated, revoked.",
        mixinStandardHelpOptions = true,
        subcommands = {
            KeysCreateCommand.class,
            KeysListCommand.class,
            KeysRotateCommand.class,
            KeysRevokeCommand.class,
            CommandLine.HelpCommand.class
        })
final class KeysCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "pfm keys: a subcommand is missing: create, list, rotate or revoke");
    }
}

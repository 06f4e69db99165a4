/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pfm audit}: the audit log. */
@Command(
        name = "audit",
        description = "The audit log: who did what, tamper-evident.",
        mixinStandardHelpOptions = true,
        subcommands = {AuditVerifyCommand.class, CommandLine.HelpCommand.class})
final class AuditCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "pfm audit: a subcommand is missing: verify");
    }
}

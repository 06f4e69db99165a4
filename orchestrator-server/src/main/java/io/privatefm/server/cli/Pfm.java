/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.spi.PfmException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code pfm}: private foundation models from the command line. */
@Command(
        name = "pfm",
        description = "Private foundation models: merge LoRA adapters with a frozen foundation, hash, verify, export.",
        mixinStandardHelpOptions = true,
        version = "private-fm 0.1.0-SNAPSHOT",
        subcommands = {
            DemoCommand.class,
            MergeCommand.class,
            HashCommand.class,
            VerifyCommand.class,
            ExportCommand.class,
            AuditCommand.class,
            CleanupCommand.class,
            ScrubCommand.class,
            FallbackCommand.class,
            RestoreCommand.class,
            ReconcileCommand.class,
            DeadLettersCommand.class,
            FoundationCommand.class,
            KeysCommand.class,
            ServeCommand.class,
            HealthCommand.class,
            NightCommand.class,
            CommandLine.HelpCommand.class
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "1:verification failed: something is damaged",
            "2:bad input or usage",
            "3:environment: disk, database or network"
        })
public final class Pfm {
    private static final Logger LOG = LoggerFactory.getLogger(Pfm.class);

    /** For picocli. */
    public Pfm() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(run(writer(System.out), writer(System.err), args));
    }

    /**
     * Runs the command in this process.
     *
     * @param out results
     * @param err progress and errors
     * @return the exit code
     */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        return run(CommandLine.defaultFactory(), out, err, args);
    }

    /**
     * The same with another maker of commands.
     *
     * @param commands makes what a command is done by, such as one with an environment of its own
     */
    static int run(CommandLine.IFactory commands, PrintWriter out, PrintWriter err, String... args) {
        CommandLine command = new CommandLine(new Pfm(), commands)
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((failure, failed, parsed) -> report(failure, failed))
                .setParameterExceptionHandler((failure, unparsed) -> {
                    failure.getCommandLine().getErr().println("pfm: " + oneLine(failure));
                    return ExitCode.BAD_INPUT;
                });
        if (args.length == 0) {
            command.usage(err);
            return ExitCode.BAD_INPUT;
        }
        try {
            return command.execute(args);
        } catch (OutOfMemoryError e) {
            err.println("pfm: out of memory (" + oneLine(e) + "); give it more with PFM_JAVA_OPTS=-Xmx2g");
            return ExitCode.ENVIRONMENT;
        }
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    private static int report(Exception failure, CommandLine failed) {
        if (failure instanceof PfmException known) {
            failed.getErr().println("pfm: " + oneLine(known));
            return ExitCode.of(known.code());
        }
        String kind = failure.getClass().getSimpleName();
        if (failure instanceof IOException || failure instanceof UncheckedIOException) {
            failed.getErr().println("pfm: cannot read or write (" + kind + "): " + oneLine(failure));
        } else {
            LOG.error("internal error", failure);
            failed.getErr().println("pfm: internal error (" + kind + "): " + oneLine(failure));
        }
        return ExitCode.ENVIRONMENT;
    }

    private static String oneLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).replaceAll("\\s+", " ").strip();
    }
}

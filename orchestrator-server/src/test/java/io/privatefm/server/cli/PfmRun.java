/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;

/** One run of the command, in this process: what it printed and its exit code. */
public record PfmRun(int exitCode, String out, String err) {
    /** Runs the command. */
    public static PfmRun of(Object... args) {
        return of(CommandLine.defaultFactory(), args);
    }

    /** Runs the command, where those that ask a service have this environment, and wait shortly. */
    static PfmRun in(Map<String, String> environment, Object... args) {
        CommandLine.IFactory usual = CommandLine.defaultFactory();
        return of(
                new CommandLine.IFactory() {
                    @Override
                    public <K> K create(Class<K> type) throws Exception {
                        if (type == HealthCommand.class) {
                            return type.cast(new HealthCommand(environment));
                        }
                        return type == NightCommand.class
                                ? type.cast(new NightCommand(environment, Duration.ofMillis(50)))
                                : usual.create(type);
                    }
                },
                args);
    }

    private static PfmRun of(CommandLine.IFactory commands, Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = Stream.of(args).map(Object::toString).toArray(String[]::new);
        int exitCode;
        try (PrintWriter results = new PrintWriter(out);
                PrintWriter errors = new PrintWriter(err)) {
            exitCode = Pfm.run(commands, results, errors, texts);
        }
        return new PfmRun(exitCode, out.toString(), err.toString());
    }

    /** Standard output as one JSON object. */
    JsonNode json() {
        try {
            return new JsonMapper().readTree(out);
        } catch (IOException e) {
            throw new UncheckedIOException(out, e);
        }
    }

    /** It ended well. */
    public PfmRun assertDone() {
        assertThat(exitCode).as(err).isZero();
        return this;
    }

    /** One line on standard error that names all of {@code fragments}, nothing on standard output. */
    PfmRun assertRefused(String... fragments) {
        assertThat(exitCode).as("exit code of: " + out + err).isEqualTo(2);
        assertThat(err.lines()).as("lines of standard error").hasSize(1);
        assertThat(err).startsWith("pfm: ").endsWith(System.lineSeparator());
        for (String fragment : fragments) {
            assertThat(err).contains(fragment);
        }
        assertThat(out).isEmpty();
        return this;
    }
}

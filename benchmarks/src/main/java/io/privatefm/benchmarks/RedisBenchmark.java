/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Redis' own benchmark command, with entries of the size that ours have. */
final class RedisBenchmark {
    private static final String ENTRY = "x".repeat(320);

    private RedisBenchmark() {}

    /** Runs it with one connection and with eight, and prints what it says in one line each. */
    static void run(PrintStream out, String command, String url) throws IOException, InterruptedException {
        URI server = URI.create(url);
        for (String clients : List.of("1", "8")) {
            Process process = new ProcessBuilder(
                            command,
                            "-h",
                            server.getHost(),
                            "-p",
                            String.valueOf(server.getPort()),
                            "-c",
                            clients,
                            "-n",
                            "50000",
                            "-q",
                            "XADD",
                            "benchmark-xadd",
                            "*",
                            "event",
                            ENTRY)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            String last = said.replace('\r', '\n')
                    .lines()
                    .filter(line -> line.contains("requests per second"))
                    .reduce(said, (before, line) -> line);
            out.printf(
                    "redis-benchmark, %s connections: %s%n",
                    clients, last.substring(last.lastIndexOf(": ") + 2).strip());
        }
    }
}

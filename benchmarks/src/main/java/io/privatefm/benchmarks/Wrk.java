/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator <a href="https://github.com/wg/wrk">wrk</a>: one thread, closed loop, keep-alive connections. */
final class Wrk {
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern QUANTILE = Pattern.compile("(50|99)%\\s+([0-9.]+)(us|ms|s)");
    private static final Pattern REFUSED = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");

    private final String command;
    private final int connections;
    private final int seconds;

    Wrk(String command, int connections, int seconds) {
        this.command = command;
        this.connections = connections;
        this.seconds = seconds;
    }

    /**
     * What a run gave.
     *
     * @param refused answers that were neither 2xx nor 3xx
     */
    record Result(double perSecond, double p50Millis, double p99Millis, long refused) {}

    /**
     * Runs it.
     *
     * @param options such as headers and a script
     * @param scriptArguments given to the script
     */
    Result run(String url, List<String> options, List<String> scriptArguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(
                List.of(command, "-t1", "-c" + connections, "-d" + seconds + "s", "--latency", "--timeout", "10s"));
        line.addAll(options);
        line.add(url);
        if (!scriptArguments.isEmpty()) {
            line.add("--");
            line.addAll(scriptArguments);
        }
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + " failed: " + said);
        }
        double p50 = Double.NaN;
        double p99 = Double.NaN;
        Matcher quantiles = QUANTILE.matcher(said);
        while (quantiles.find()) {
            double millis = millis(Double.parseDouble(quantiles.group(2)), quantiles.group(3));
            if (quantiles.group(1).equals("50")) {
                p50 = millis;
            } else {
                p99 = millis;
            }
        }
        Matcher refused = REFUSED.matcher(said);
        return new Result(number(RATE, said), p50, p99, refused.find() ? Long.parseLong(refused.group(1)) : 0);
    }

    /** Where a script of this package lies, for wrk to read: it cannot read it from a jar. */
    static Path script(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = Wrk.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("no script " + name);
            }
            Files.copy(in, file);
        }
        return file;
    }

    private static double number(Pattern pattern, String said) throws IOException {
        Matcher matcher = pattern.matcher(said);
        if (!matcher.find()) {
            throw new IOException("wrk did not say " + pattern + ": " + said);
        }
        return Double.parseDouble(matcher.group(1));
    }

    private static double millis(double value, String unit) {
        return switch (unit) {
            case "us" -> value / 1000;
            case "ms" -> value;
            default -> value * 1000;
        };
    }
}

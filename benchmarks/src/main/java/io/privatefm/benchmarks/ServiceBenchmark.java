/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a request to the service costs on PostgreSQL, beside what its bare health endpoint costs: that one goes through the same server,
 * filters and JSON, and touches no database. Starts and ends its own PostgreSQL and its own service; wrk is given.
 *
 * <pre>java -cp benchmarks/target/benchmarks.jar io.privatefm.benchmarks.ServiceBenchmark ./pfm wrk</pre>
 */
public final class ServiceBenchmark {
    private static final int ROUNDS = 3;
    private static final int SECONDS = 10;
    private static final List<Integer> CONNECTIONS = List.of(1, 8, 32);
    private static final String LEARNER = "benchmark-learner";

    private final PrintStream out;
    private final String wrk;
    private final Path script;
    private final ServedProcess service;

    private ServiceBenchmark(PrintStream out, String wrk, Path script, ServedProcess service) {
        this.out = out;
        this.wrk = wrk;
        this.script = script;
        this.service = service;
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws Exception {
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        Path folder = Files.createTempDirectory("pfm-service-benchmark");
        PostgresDatabase database = new PostgresDatabase(folder.resolve("postgresql"));
        Runtime.getRuntime().addShutdownHook(new Thread(database::close));
        System.out.printf("a forced write of one page: %s ms%n", Table.figure(Disk.forcedWrite(folder)));
        System.out.println("PostgreSQL: " + database.setting());
        try (ServedProcess service = ServedProcess.start(arguments[0], folder.resolve("home"), database.url())) {
            service.create(LEARNER);
            ServiceBenchmark benchmark = new ServiceBenchmark(
                    System.out, arguments[1], Wrk.script(folder, "create-namespaces.lua"), service);
            for (int round = 0; round <= ROUNDS; round++) {
                System.out.println(round == 0 ? "warm-up" : "round " + round);
                benchmark.run(round);
            }
        }
        System.out.println("left for a look: " + folder);
    }

    private void run(int round) throws IOException, InterruptedException {
        Table table = new Table(out, List.of("request", "connections", "per second", "p50 ms", "p99 ms", "refused"));
        List<String> key = List.of("-H", "X-API-Key: " + ServedProcess.KEY);
        for (int connections : CONNECTIONS) {
            Wrk load = new Wrk(wrk, connections, SECONDS);
            row(table, "GET /health/live", connections, load.run(service.url("/health/live"), List.of(), List.of()));
            row(
                    table,
                    "GET /namespaces/{id}",
                    connections,
                    load.run(service.url("/namespaces/" + LEARNER), key, List.of()));
            row(
                    table,
                    "POST /namespaces",
                    connections,
                    load.run(
                            service.url("/namespaces"),
                            List.of("-s", script.toString()),
                            List.of(round + "-" + connections, ServedProcess.KEY)));
        }
    }

    private static void row(Table table, String request, int connections, Wrk.Result result) {
        table.row(List.of(
                request,
                String.valueOf(connections),
                Table.figure(result.perSecond()),
                Table.figure(result.p50Millis()),
                Table.figure(result.p99Millis()),
                String.valueOf(result.refused())));
    }
}

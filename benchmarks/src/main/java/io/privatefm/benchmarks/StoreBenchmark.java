/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;
import java.util.logging.Level;
import java.util.logging.LogManager;

/**
 * What the stores cost, on PostgreSQL, on H2 and in memory. Starts and ends its own PostgreSQL; about five minutes.
 *
 * <pre>java -cp benchmarks/target/benchmarks.jar io.privatefm.benchmarks.StoreBenchmark</pre>
 */
public final class StoreBenchmark {
    private static final int IDLE = 100_000;
    private static final int ROUNDS = 3;

    private final PrintStream out;
    private final List<Database> databases;

    private StoreBenchmark(PrintStream out, List<Database> databases) {
        this.out = out;
        this.databases = databases;
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws IOException {
        quiet();
        Path folder = Files.createTempDirectory("pfm-store-benchmark");
        List<Database> started = new CopyOnWriteArrayList<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(started, folder)));
        started.add(new MemoryDatabase());
        started.add(new H2Database(folder));
        started.add(new PostgresDatabase(folder.resolve("postgresql")));
        System.out.printf("a forced write of one page: %s ms%n", Table.figure(Disk.forcedWrite(folder)));
        new StoreBenchmark(System.out, List.copyOf(started)).run();
    }

    /** No log between the figures. */
    private static void quiet() {
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        LogManager.getLogManager().getLogger("").setLevel(Level.WARNING);
    }

    private static void end(List<Database> started, Path folder) {
        started.forEach(Database::close);
        try {
            Disk.delete(folder);
        } catch (IOException e) {
            System.err.println("left behind: " + e);
        }
    }

    private void run() {
        databases.forEach(database -> out.println(database.name() + ": " + database.setting()));
        rates();
        traffic();
    }

    private void rates() {
        List<String> heads = new ArrayList<>(List.of("measure"));
        databases.forEach(database -> heads.add(database.name()));
        databases.stream().skip(1).forEach(database -> heads.add(database.name() + " : memory, time"));
        Table table = new Table(out, heads);
        row(table, "provisions/s, 1 thread", true, measures -> measures.provisions(1));
        row(table, "provisions/s, 4 threads", true, measures -> measures.provisions(4));
        row(table, "events/s, 1 thread", true, measures -> measures.events(1));
        row(table, "events/s, 4 threads, 4 namespaces", true, measures -> measures.events(4));
        row(table, "publishes/s, merge included", true, StoreMeasures::publishes);
        row(
                table,
                "s, night, " + IDLE + " provisioned namespaces",
                false,
                measures -> measures.nightWithoutAdapters(IDLE));
        row(table, "s, night, " + IDLE + " merged namespaces", false, measures -> measures.nightAfterMerges(IDLE));
    }

    private void row(Table table, String measure, boolean perSecond, ToDoubleFunction<StoreMeasures> value) {
        List<Double> values = medians(value);
        List<String> cells = new ArrayList<>(List.of(measure));
        values.forEach(figure -> cells.add(Table.figure(figure)));
        double memory = values.get(0);
        values.stream()
                .skip(1)
                .forEach(figure -> cells.add(Table.figure(perSecond ? memory / figure : figure / memory) + " x"));
        table.row(cells);
    }

    /** The middle of several rounds, each over all databases, so that what disturbs the machine for a while meets them all. */
    private List<Double> medians(ToDoubleFunction<StoreMeasures> value) {
        double[][] rounds = new double[databases.size()][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < databases.size(); i++) {
                rounds[i][round] = value.applyAsDouble(new StoreMeasures(databases.get(i)::emptyStore));
            }
        }
        return Arrays.stream(rounds)
                .map(figures -> Arrays.stream(figures).sorted().toArray()[ROUNDS / 2])
                .toList();
    }

    private void traffic() {
        Table table = new Table(out, List.of("asked of", "statements", "isolation levels set", "commits", "all"));
        for (Database database : databases.subList(1, databases.size())) {
            StoreMeasures measures = new StoreMeasures(database::emptyStore);
            row(table, database.name() + ", provision", measures.provisionTraffic());
            row(table, database.name() + ", publish", measures.publishTraffic());
        }
    }

    private static void row(Table table, String measure, Traffic.Count count) {
        table.row(List.of(
                measure,
                Table.figure(count.statements()),
                Table.figure(count.isolations()),
                Table.figure(count.ends()),
                Table.figure(count.statements() + count.isolations() + count.ends())));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.privatefm.bus.redis.RedisEventBus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.LogManager;

/**
 * What events cost end to end, from a Redis stream over a namespace on PostgreSQL to the event that tells of it, beside what the two
 * servers do by themselves. Starts and ends its own PostgreSQL; Redis is given, and so is the command {@code redis-benchmark}, if it is
 * to be run beside.
 *
 * <pre>java -cp benchmarks/target/benchmarks.jar io.privatefm.benchmarks.EventBenchmark redis://localhost:6379 [redis-benchmark]</pre>
 */
public final class EventBenchmark {
    private static final int EVENTS = 10_000;
    private static final int ROUNDS = 3;
    private static final int PACED_SECONDS = 10;

    private final PrintStream out;
    private final PostgresDatabase database;
    private final String redis;

    private EventBenchmark(PrintStream out, PostgresDatabase database, String redis) {
        this.out = out;
        this.database = database;
        this.redis = redis;
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws Exception {
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        LogManager.getLogManager().getLogger("").setLevel(Level.WARNING);
        Path folder = Files.createTempDirectory("pfm-event-benchmark");
        PostgresDatabase database = new PostgresDatabase(folder.resolve("postgresql"));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(database, folder)));
        System.out.printf("a forced write of one page: %s ms%n", Table.figure(Disk.forcedWrite(folder)));
        System.out.println("PostgreSQL: " + database.setting());
        EventBenchmark benchmark = new EventBenchmark(System.out, database, arguments[0]);
        for (int round = 1; round <= ROUNDS; round++) {
            System.out.println("round " + round);
            if (arguments.length > 1) {
                RedisBenchmark.run(System.out, arguments[1], arguments[0]);
            }
            benchmark.run();
        }
    }

    private static void end(PostgresDatabase database, Path folder) {
        database.close();
        try {
            Disk.delete(folder);
        } catch (IOException e) {
            System.err.println("left behind: " + e);
        }
    }

    private void run() throws Exception {
        Table table = new Table(out, List.of("measure", "per second", "p50 ms", "p99 ms"));
        rate(table, "bare inserts into PostgreSQL, a commit each, 1 thread", inserts(1));
        rate(table, "… 8 threads", inserts(8));
        rate(table, "namespaces by calls, without a bus, 8 threads", provisions(8));
        rate(table, "events published, 1 thread", published(1));
        rate(table, "… 8 threads", published(8));
        EventFlow.Result flood = flow(EventFlow::flood);
        row(table, EVENTS + " events at once, end to end", flood);
        double half = flood.perSecond() / 2;
        row(table, "half of that rate, end to end", flow(flow -> flow.paced(half, (int) (half * PACED_SECONDS))));
    }

    private static void rate(Table table, String measure, double perSecond) {
        table.row(List.of(measure, Table.figure(perSecond), "", ""));
    }

    private static void row(Table table, String measure, EventFlow.Result result) {
        table.row(List.of(
                measure,
                Table.figure(result.perSecond()),
                Table.figure(result.millis(0.5)),
                Table.figure(result.millis(0.99))));
    }

    private double inserts(int threads) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database.emptySchema());
        config.setMaximumPoolSize(threads);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create table bare (id bigserial primary key, payload text not null)");
            }
            return Rate.perSecond(threads, (thread, round) -> insert(pool));
        }
    }

    private static void insert(HikariDataSource pool) {
        try (Connection connection = pool.getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into bare (payload) values (?)")) {
            insert.setString(1, EventFlow.payload("learner-0"));
            insert.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private double provisions(int threads) {
        return new StoreMeasures(database::emptyStore).provisions(threads);
    }

    private double published(int threads) {
        try (RedisEventBus bus = bus()) {
            return Rate.perSecond(threads, (thread, round) -> bus.publish(EventFlow.ready(thread + "-" + round)));
        }
    }

    /** What is measured of a flow. */
    @FunctionalInterface
    private interface Measure {
        EventFlow.Result of(EventFlow flow) throws InterruptedException;
    }

    private EventFlow.Result flow(Measure measure) throws InterruptedException {
        try (OpenStore open = database.emptyStore();
                RedisEventBus bus = bus();
                EventFlow flow = new EventFlow(open.store(), bus, EVENTS)) {
            return measure.of(flow);
        }
    }

    /** A bus with streams of its own. */
    private RedisEventBus bus() {
        return RedisEventBus.builder(redis)
                .prefix("benchmark." + UUID.randomUUID())
                .activeTime(Duration.ofSeconds(10))
                .open();
    }
}

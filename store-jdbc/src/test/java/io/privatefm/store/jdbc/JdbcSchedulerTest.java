/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.schedule.Timetable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

@DisplayName("The JDBC scheduler")
class JdbcSchedulerTest {
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final Instant START = Instant.parse("2026-03-28T12:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HEARTBEAT = Duration.ofMillis(20);
    private static final Timetable MINUTES =
            moment -> moment.truncatedTo(ChronoUnit.MINUTES).plus(MINUTE);

    private final AtomicReference<Instant> now = new AtomicReference<>(START);

    /** Whether the clock goes on by a millisecond at each look; else it stands still, and nobody looks for what is due again. */
    private volatile boolean ticking = true;

    private final List<JdbcScheduler> nodes = new ArrayList<>();
    private final Runs runs = new Runs();

    @AfterEach
    void close() {
        nodes.forEach(JdbcScheduler::close);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PostgreSQL", "H2"})
    @DisplayName("runs each time of a job once, on one of several nodes:")
    void sharedByNodes(String database) throws Exception {
        DataSource data = emptyDatabase(database);
        Runs other = new Runs();
        for (String name : List.of("one", "two")) {
            JdbcScheduler node = node(name, data);
            node.add("nightly", MINUTES, runs::one);
            node.add("cleanup", MINUTES, other::one);
            node.start();
        }

        for (int i = 0; i < 10; i++) {
            advance(MINUTE);
            runs.await();
            other.await();
        }
        close();

        assertThat(runs.count()).isEqualTo(10);
        assertThat(other.count()).isEqualTo(10);
        assertThat(row(data, "execution_time"))
                .isEqualTo(MINUTES.next(now.get()).toString());
        assertThat(row(data, "picked")).isEqualTo("false");
        assertThat(row(data, "version"))
                .as("made, then picked and put back 10 times")
                .isEqualTo("21");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PostgreSQL", "H2"})
    @DisplayName("catches up once, as soon as a node is there, on times that nobody was there for:")
    void missed(String database) throws Exception {
        DataSource data = emptyDatabase(database);
        JdbcScheduler before = node("before", data);
        before.add("nightly", MINUTES, runs::one);
        before.start();
        before.close();
        assertThat(runs.count()).isZero();

        advance(Duration.ofHours(30).plusSeconds(10));
        JdbcScheduler after = node("after", data);
        after.add("nightly", MINUTES, runs::one);
        after.start();
        runs.await();
        advance(MINUTE);
        runs.await();
        after.close();

        assertThat(runs.count()).isEqualTo(2);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PostgreSQL", "H2"})
    @DisplayName("gives a dead node's run to another, and the dead one's end changes nothing:")
    void deadNode(String database) throws Exception {
        DataSource data = emptyDatabase(database);
        CutConnections line = new CutConnections(data);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        ticking = false;
        makeDue(data);
        JdbcScheduler dying = node("dying", line.dataSource(), Duration.ofDays(1), HEARTBEAT); // looks once
        dying.add("nightly", MINUTES, () -> {
            begun.countDown();
            await(end);
        });
        dying.start();
        await(begun);
        JdbcScheduler living = node("living", data, Duration.ofMillis(1), HEARTBEAT);
        living.add("nightly", MINUTES, runs::one);
        living.start();
        assertThat(row(data, "picked_by")).isEqualTo("dying");

        line.cut();
        advance(HEARTBEAT.multipliedBy(ScheduleSettings.MISSED + 1));
        ticking = true;
        runs.await();
        end.countDown();
        dying.close();
        living.close();

        assertThat(runs.count()).isEqualTo(1);
        assertThat(row(data, "picked")).isEqualTo("false");
        assertThat(row(data, "execution_time"))
                .isEqualTo(MINUTES.next(now.get()).toString());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PostgreSQL", "H2"})
    @DisplayName("leaves a long run to the node that has it, for as long as that says that it lives:")
    void longRun(String database) throws Exception {
        DataSource data = emptyDatabase(database);
        CountDownLatch end = new CountDownLatch(1);
        ticking = false;
        makeDue(data);
        for (String name : List.of("one", "two")) {
            JdbcScheduler node = node(name, data, Duration.ofMillis(1), HEARTBEAT);
            node.add("nightly", MINUTES, () -> {
                runs.one();
                await(end);
            });
            node.start();
        }
        runs.await();

        for (int i = 0; i < 10; i++) { // each time as long as a heartbeat, after one was seen
            String seen = row(data, "last_heartbeat");
            advance(HEARTBEAT);
            while (row(data, "last_heartbeat").equals(seen)) {
                Thread.onSpinWait();
            }
        }
        end.countDown();
        close();

        assertThat(runs.count()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PostgreSQL", "H2"})
    @DisplayName("runs no time twice when the clock goes back over it, also after a restart:")
    void clockGoesBack(String database) throws Exception {
        DataSource data = emptyDatabase(database);
        JdbcScheduler node = node("one", data);
        node.add("nightly", MINUTES, () -> {
            now.set(START.plusSeconds(30));
            runs.one();
        });
        node.start();
        advance(MINUTE);
        runs.await();
        node.close();
        assertThat(row(data, "execution_time"))
                .isEqualTo(START.plus(MINUTE).plus(MINUTE).toString());

        JdbcScheduler again = node("again", data);
        again.add("nightly", MINUTES, runs::one);
        now.set(START.plusSeconds(30));
        again.start();
        now.set(START.plus(MINUTE).plus(MINUTE));
        runs.await();
        again.close();

        assertThat(runs.count()).isEqualTo(2);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PostgreSQL", "H2"})
    @DisplayName(
            "goes on after a run that throws; a run that was cancelled is done again, by another node or after a restart:")
    void throwing(String database) throws Exception {
        DataSource data = emptyDatabase(database);
        JdbcScheduler node = node("one", data);
        AtomicReference<RuntimeException> failure = new AtomicReference<>(new IllegalStateException("a mistake"));
        node.add("nightly", MINUTES, () -> {
            runs.one();
            throw failure.get();
        });
        node.start();
        advance(MINUTE);
        runs.await();
        advance(MINUTE);
        runs.await();
        node.close();
        assertThat(row(data, "execution_time"))
                .isEqualTo(MINUTES.next(now.get()).toString());

        Runs undone = new Runs();
        Instant due = MINUTES.next(now.get());
        CountDownLatch closing = new CountDownLatch(1);
        JdbcScheduler ending = node("ending", data);
        ending.add("nightly", MINUTES, () -> {
            undone.one();
            await(closing);
            throw new CancellationException("this process ends");
        });
        ending.start();
        advance(MINUTE);
        undone.await();
        Thread close = new Thread(ending::close);
        close.start();
        while (close.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        closing.countDown();
        close.join();
        assertThat(undone.count()).isEqualTo(1);
        assertThat(row(data, "execution_time")).isEqualTo(due.toString());

        Runs done = new Runs();
        JdbcScheduler other = node("other", data);
        other.add("nightly", MINUTES, done::one);
        other.start();
        done.await();
        other.close();
        assertThat(done.count()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PostgreSQL", "H2"})
    @DisplayName("takes a changed timetable at its start, and leaves jobs that it does not know alone:")
    void otherVersions(String database) throws Exception {
        DataSource data = emptyDatabase(database);
        Runs newer = new Runs();
        JdbcScheduler newNode = node("new", data);
        newNode.add("nightly", moment -> START.plus(Duration.ofDays(1)), runs::one);
        newNode.add("added-later", MINUTES, newer::one);
        newNode.start();
        newNode.close();

        JdbcScheduler old = node("old", data);
        old.add("nightly", MINUTES, runs::one);
        old.start();
        for (int i = 0; i < 3; i++) {
            advance(MINUTE);
            runs.await();
        }
        old.close();
        JdbcScheduler newAgain = node("new", data);
        newAgain.add("added-later", MINUTES, newer::one);
        newAgain.start();
        newer.await();
        newAgain.close();

        assertThat(runs.count()).isEqualTo(3);
        assertThat(newer.count()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PostgreSQL", "H2"})
    @DisplayName("goes by the database's clock, and closes at once while it waits:")
    void databaseClock(String database) throws Exception {
        JdbcStore store = JdbcStore.open(emptyDatabase(database), SchemaMode.MIGRATE);
        JdbcScheduler node = JdbcScheduler.on(
                store,
                new ScheduleSettings("one", Duration.ofMillis(10), Duration.ofSeconds(1), Duration.ofSeconds(30)));
        nodes.add(node);
        AtomicReference<Instant> asked = new AtomicReference<>();
        node.add(
                "nightly",
                moment -> {
                    asked.set(moment);
                    return moment.plusMillis(50);
                },
                runs::one);
        Instant before = time(store);
        node.start();
        runs.await();
        runs.await();
        node.close();
        assertThat(asked.get()).isBetween(before, time(store));

        JdbcScheduler idle = JdbcScheduler.on(
                store, new ScheduleSettings("idle", Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1)));
        idle.add("other", moment -> moment.plus(Duration.ofDays(1)), runs::one);
        idle.start();
        idle.close();
        idle.close();
        assertThatThrownBy(idle::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("loses its patience with a job that does not end, without interrupting it")
    void patience() throws Exception {
        DataSource data = emptyDatabase("H2");
        JdbcScheduler node = new JdbcScheduler(
                data,
                this::look,
                new ScheduleSettings("one", Duration.ofMillis(1), Duration.ofDays(1), Duration.ofMillis(10)));
        Semaphore end = new Semaphore(0);
        Semaphore ended = new Semaphore(0);
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        node.add("nightly", MINUTES, () -> {
            runs.one();
            end.acquireUninterruptibly();
            interrupted.set(Thread.currentThread().isInterrupted());
            ended.release();
        });
        node.start();
        advance(MINUTE);
        runs.await();

        node.close();
        end.release();
        Runs.await(ended);

        assertThat(interrupted.get()).isFalse();
    }

    @Test
    @DisplayName("refuses names that are taken or of another form, and a database that does not answer")
    void refusals() {
        JdbcScheduler node = node("one", emptyDatabase("H2"));
        node.add("nightly", MINUTES, runs::one);

        assertThatThrownBy(() -> node.add("nightly", MINUTES, runs::one))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("there is a job nightly already");
        for (String name : new String[] {"", "Nightly", "a_b", "a".repeat(101)}) {
            assertThatThrownBy(() -> node.add(name, MINUTES, runs::one))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("a job's name");
        }
        assertThatThrownBy(() -> new ScheduleSettings("one", Duration.ZERO, MINUTE, MINUTE))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("polling");
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setUrl("jdbc:postgresql://localhost:1/nowhere");
        JdbcScheduler lost = new JdbcScheduler(
                nowhere, new DatabaseClock(nowhere, new PostgresDialect()), new ScheduleSettings("lost"));
        assertThatThrownBy(lost::start).isInstanceOf(UnavailableException.class);
    }

    /** A node that never counts as dead, however slow the machine is. */
    private JdbcScheduler node(String name, DataSource data) {
        return node(name, data, Duration.ofMillis(1), Duration.ofDays(1));
    }

    private JdbcScheduler node(String name, DataSource data, Duration polling, Duration heartbeat) {
        JdbcScheduler node = new JdbcScheduler(
                data, this::look, new ScheduleSettings(name, polling, heartbeat, Duration.ofSeconds(60)));
        nodes.add(node);
        return node;
    }

    /** Makes the job's row, and lets its time come: who starts then finds it due. */
    private void makeDue(DataSource data) {
        JdbcScheduler first = node("first", data);
        first.add("nightly", MINUTES, runs::one);
        first.start();
        first.close();
        advance(MINUTE);
    }

    private Instant look() {
        return ticking ? now.updateAndGet(before -> before.plusMillis(1)) : now.get();
    }

    private void advance(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).as("in time").isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError("a job was interrupted", e);
        }
    }

    private static DataSource emptyDatabase(String database) {
        DataSource data = database.equals("H2") ? h2() : PostgresServer.emptySchema();
        JdbcStore.open(data, SchemaMode.MIGRATE).close();
        return data;
    }

    private static DataSource h2() {
        JdbcDataSource memory = new JdbcDataSource();
        memory.setURL("jdbc:h2:mem:schedule-" + DATABASES.incrementAndGet() + ";DB_CLOSE_DELAY=60");
        return memory;
    }

    private static Instant time(JdbcStore store) {
        return new DatabaseClock(store.connections(), store.dialect()).now();
    }

    private static String row(DataSource data, String column) throws SQLException {
        try (Connection connection = data.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery("select " + column + " from pfm_schedule where task_name = 'nightly'")) {
            result.next();
            Object value = column.equals("execution_time") || column.equals("last_heartbeat")
                    ? result.getObject(1, java.time.OffsetDateTime.class).toInstant()
                    : result.getObject(1);
            return String.valueOf(value);
        }
    }
}

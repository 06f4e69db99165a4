/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.night;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.fault.Postgres;
import io.privatefm.server.schema.ServerSchema;
import io.privatefm.spi.merge.EarlyEnd;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

@DisplayName("The history of nights")
class NightHistoryTest {
    private static final Instant TWO = Instant.parse("2026-01-31T02:00:00Z");

    private Instant now = TWO;
    private final InstantSource clock = () -> now;

    enum Database {
        H2,
        POSTGRESQL
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("says how far a night is, and what it did")
    void night(Database kind) throws Exception {
        DataSource connections = connections(kind);
        try (NightHistory history = new NightHistory(connections, "one", clock);
                NightHistory elsewhere = new NightHistory(connections, "two", clock)) {
            assertThat(history.page(Long.MAX_VALUE, 10)).isEmpty();
            history.onEvent(new LifecycleEvent.NightStarted(4));
            history.onEvent(new LifecycleEvent.NightProgressed(1, 4, Duration.ofSeconds(90)));

            Night running = history.page(Long.MAX_VALUE, 10).get(0);
            assertThat(running.running()).isTrue();
            assertThat(running.done()).isEqualTo(1);
            assertThat(running.left()).isEqualTo(3);
            assertThat(running.secondsLeft()).isEqualTo(OptionalLong.of(90));
            assertThat(running.endedAt()).isEmpty();
            assertThat(elsewhere.page(Long.MAX_VALUE, 10))
                    .extracting(Night::running)
                    .containsExactly(true);

            now = TWO.plusSeconds(120);
            history.onEvent(ended(4, 1, Optional.of(new EarlyEnd(EarlyEnd.Cause.DEADLINE, "it was to end"))));
            Night over = new Night(
                    running.nightId(),
                    TWO,
                    Optional.of(now),
                    "one",
                    4,
                    3,
                    2,
                    1,
                    5,
                    1,
                    Optional.of("DEADLINE"),
                    false,
                    OptionalLong.empty());
            assertThat(history.page(Long.MAX_VALUE, 10)).containsExactly(over);
            assertThat(elsewhere.page(Long.MAX_VALUE, 10)).containsExactly(over);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("has nights that did not begin, the newest first, and the last 400")
    void pages(Database kind) throws Exception {
        try (NightHistory history = new NightHistory(connections(kind), "one", clock)) {
            for (int night = 0; night < NightHistory.KEPT + 3; night++) {
                now = TWO.plusSeconds(night);
                history.onEvent(ended(0, 0, Optional.of(new EarlyEnd(EarlyEnd.Cause.PAUSED, "nights are paused"))));
            }
            List<Night> first = history.page(Long.MAX_VALUE, 2);
            assertThat(first)
                    .extracting(Night::endedAt)
                    .containsExactly(Optional.of(TWO.plusSeconds(402)), Optional.of(TWO.plusSeconds(401)));
            assertThat(first).extracting(Night::endedEarly).containsOnly(Optional.of("PAUSED"));
            assertThat(history.page(first.get(1).nightId(), 1000)).hasSize(NightHistory.KEPT - 2);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("says that a night is lost whose process has not been heard of for a minute")
    void lost(Database kind) throws Exception {
        DataSource connections = connections(kind);
        try (NightHistory died = new NightHistory(connections, "one", clock)) {
            died.onEvent(new LifecycleEvent.NightStarted(4));
        }
        try (NightHistory history = new NightHistory(connections, "one", clock)) {
            now = TWO.plusSeconds(60);
            assertThat(history.page(Long.MAX_VALUE, 1))
                    .extracting(Night::running)
                    .containsExactly(true);
            now = TWO.plusSeconds(61);
            Night lost = history.page(Long.MAX_VALUE, 1).get(0);
            assertThat(lost.running()).isFalse();
            assertThat(lost.endedEarly()).contains(NightHistory.LOST);
            assertThat(lost.endedAt()).contains(TWO);
            assertThat(lost.left()).isEqualTo(4);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("tells other processes how far a night is, as long as it goes on")
    void heardOf(Database kind) throws Exception {
        DataSource connections = connections(kind);
        try (NightHistory history = new NightHistory(connections, "one", clock);
                NightHistory elsewhere = new NightHistory(connections, "two", clock)) {
            history.onEvent(new LifecycleEvent.NightStarted(4));
            history.onEvent(new LifecycleEvent.NightProgressed(3, 4, Duration.ofSeconds(20)));
            now = TWO.plusSeconds(50);
            history.say();
            now = TWO.plusSeconds(100);
            Night heardOf = elsewhere.page(Long.MAX_VALUE, 1).get(0);
            assertThat(heardOf.running()).isTrue();
            assertThat(heardOf.done()).isEqualTo(3);
            assertThat(heardOf.secondsLeft()).isEqualTo(OptionalLong.of(20));
        }
    }

    private static LifecycleEvent.NightEnded ended(int due, int left, Optional<EarlyEnd> early) {
        return new LifecycleEvent.NightEnded(TWO, 5 + due, 5, due, due / 2, due / 4, 0, left, early, Duration.ZERO);
    }

    private static DataSource connections(Database kind) throws Exception {
        DataSource database = kind == Database.H2 ? h2() : postgres();
        DataSource connections = JdbcStore.open(database, SchemaMode.MIGRATE).connections();
        ServerSchema.migrate(connections);
        return connections;
    }

    private static DataSource h2() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:nights-" + java.util.UUID.randomUUID() + ";DB_CLOSE_DELAY=60");
        return database;
    }

    private static DataSource postgres() throws Exception {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(Postgres.emptySchema());
        return database;
    }
}

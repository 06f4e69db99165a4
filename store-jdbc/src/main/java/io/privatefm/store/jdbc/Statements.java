/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ConflictException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Prepares, binds and runs the statements of one connection. */
final class Statements {
    private final Connection connection;
    private final Dialect dialect;
    private boolean wrote;

    /** Makes a row of the current position of a result. */
    @FunctionalInterface
    interface RowReader<R> {
        R read(ResultSet row) throws SQLException;
    }

    Statements(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    /** Where the databases differ. */
    Dialect dialect() {
        return dialect;
    }

    /** Whether anything may have been changed. */
    boolean wrote() {
        return wrote;
    }

    /** Runs a query. */
    <R> List<R> query(String sql, RowReader<R> reader, @Nullable Object... values) {
        try (PreparedStatement statement = bound(sql, values);
                ResultSet result = statement.executeQuery()) {
            List<R> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(reader.read(result));
            }
            return rows;
        } catch (SQLException e) {
            throw SqlFailure.translate(e);
        }
    }

    /** Runs a change and gives the number of rows that it touched. */
    int update(String sql, @Nullable Object... values) {
        wrote = true;
        try (PreparedStatement statement = bound(sql, values)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw SqlFailure.translate(e);
        }
    }

    /** Runs an insert, and says whether the row was not there before. */
    boolean insertIfAbsent(String sql, @Nullable Object... values) {
        try {
            return update(sql + dialect.orIgnore(), values) == 1;
        } catch (AlreadyExistsException e) {
            return false;
        }
    }

    /** Runs an insert whose key another transaction may have taken meanwhile. */
    void insertOrConflict(String what, String sql, @Nullable Object... values) {
        if (!insertIfAbsent(sql, values)) {
            throw new ConflictException(what + " is there already");
        }
    }

    /** Runs a change once for each of these values and gives the number of rows that were touched. */
    long updateAll(String sql, List<List<Object>> rows) {
        wrote = true;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (List<Object> values : rows) {
                bind(statement, values.toArray());
                statement.addBatch();
            }
            return IntStream.of(statement.executeBatch()).sum();
        } catch (SQLException e) {
            throw SqlFailure.translate(e);
        }
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static Optional<Instant> instantOrEmpty(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    private PreparedStatement bound(String sql, @Nullable Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            bind(statement, values);
            return statement;
        } catch (SQLException | RuntimeException | Error e) {
            statement.close();
            throw e;
        }
    }

    private static void bind(PreparedStatement statement, @Nullable Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            Object value = values[i];
            statement.setObject(i + 1, value instanceof Instant at ? at.atOffset(ZoneOffset.UTC) : value);
        }
    }
}

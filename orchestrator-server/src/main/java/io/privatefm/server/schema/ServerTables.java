/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.schema;

import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.UnavailableException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Transactions over the service's own tables. What the database says against one is an error of the SPI. */
public final class ServerTables {
    private static final int TRIES = 5;
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String SERIALIZATION_CLASS = "40";
    private static final String H2_LOCK_TIMEOUT = "HYT00";
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final Jdbi jdbi;

    /** @param connections to the database in which {@link ServerSchema} has made the tables */
    public ServerTables(DataSource connections) {
        this.jdbi = Jdbi.create(connections);
    }

    /**
     * Does work in one transaction, from its beginning again where another transaction was first: it must have no other effect.
     *
     * @throws UnavailableException if the database does not answer; the work may be done then or not
     */
    public <R> R inTransaction(Function<Handle, R> work) {
        for (int tries = 1; ; tries++) {
            try {
                return jdbi.inTransaction(work::apply);
            } catch (PfmException e) {
                throw e;
            } catch (RuntimeException e) {
                Optional<PfmException> error = translated(e);
                if (error.isEmpty()) {
                    throw e;
                }
                if (error.get() instanceof UnavailableException || tries == TRIES) {
                    throw error.get();
                }
            }
        }
    }

    /** What the database said; empty if it was somebody else who failed. */
    private static Optional<PfmException> translated(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException said) {
                return Optional.of(translated(String.valueOf(said.getSQLState()), failure));
            }
        }
        return failure instanceof JdbiException
                ? Optional.of(new UnavailableException("the database failed", failure))
                : Optional.empty();
    }

    private static PfmException translated(String state, RuntimeException failure) {
        if (state.equals(UNIQUE_VIOLATION)) {
            return new AlreadyExistsException("a row with this key is there already", failure);
        }
        if (state.startsWith(SERIALIZATION_CLASS)
                || state.equals(LOCK_NOT_AVAILABLE)
                || state.equals(H2_LOCK_TIMEOUT)) {
            return new ConflictException("another transaction was first", failure);
        }
        return new UnavailableException("the database failed (SQLSTATE " + state + ")", failure);
    }

    /** Binds a time, or none. */
    public static <S extends SqlStatement<S>> S bind(S statement, String name, @Nullable Instant at) {
        return statement.bindBySqlType(
                name, at == null ? null : at.atOffset(ZoneOffset.UTC), Types.TIMESTAMP_WITH_TIMEZONE);
    }

    /** A column that is never null. */
    public static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** A column that may be null. */
    public static Optional<Instant> instantOrEmpty(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }
}

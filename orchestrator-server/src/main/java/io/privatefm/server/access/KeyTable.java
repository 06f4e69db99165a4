/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import io.privatefm.spi.UnavailableException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.jspecify.annotations.Nullable;

/** The table {@code pfm_server_key}. */
final class KeyTable {
    private static final int SECONDS = 5;
    private static final String COLUMNS =
            "select id, hash, scopes, label, created_at, expires_at, revoked_at, replaces from pfm_server_key ";

    private final Jdbi database;

    KeyTable(DataSource connections) {
        database = Jdbi.create(connections)
                .configure(SqlStatements.class, statements -> statements.setQueryTimeout(SECONDS))
                .configure(StatementExceptions.class, failures -> failures.setMessageRendering(MessageRendering.NONE));
    }

    /** What one transaction does with the table. */
    interface Work<T> {
        T with(Rows rows);
    }

    /**
     * Runs a transaction.
     *
     * @throws UnavailableException if the database does not answer
     */
    <T> T inTransaction(Work<T> work) {
        try {
            return database.inTransaction(handle -> work.with(new Rows(handle)));
        } catch (JdbiException e) {
            throw new UnavailableException("the stored keys cannot be read: the database does not answer", e);
        }
    }

    /** The rows, within a transaction. */
    static final class Rows {
        private final Handle handle;

        private Rows(Handle handle) {
            this.handle = handle;
        }

        List<HashedKey> all() {
            return handle.createQuery(COLUMNS + "order by created_at, id")
                    .map((row, context) -> read(row))
                    .list();
        }

        /** Those that opened something at that time, or later. */
        List<HashedKey> liveAt(Instant time) {
            return handle.createQuery(COLUMNS + "where (revoked_at is null or revoked_at >= :time)"
                            + " and (expires_at is null or expires_at >= :time)")
                    .bind("time", utc(time))
                    .map((row, context) -> read(row))
                    .list();
        }

        /** A row, which nobody else changes before this transaction ends. */
        Optional<StoredKey> lock(String id) {
            return handle.createQuery(COLUMNS + "where id = :id for update")
                    .bind("id", id)
                    .map((row, context) -> read(row).key())
                    .findOne();
        }

        /** Which key was made to replace that one. */
        Optional<StoredKey> replacementOf(String id) {
            return handle.createQuery(COLUMNS + "where replaces = :id")
                    .bind("id", id)
                    .map((row, context) -> read(row).key())
                    .findOne();
        }

        void insert(HashedKey row) {
            StoredKey key = row.key();
            handle.createUpdate("insert into pfm_server_key"
                            + " (id, hash, scopes, label, created_at, expires_at, replaces)"
                            + " values (:id, :hash, :scopes, :label, :created, :expires, :replaces)")
                    .bind("id", key.id())
                    .bind("hash", row.hash())
                    .bind(
                            "scopes",
                            key.scopes().stream().sorted().map(Scope::name).collect(Collectors.joining(",")))
                    .bind("label", key.label())
                    .bind("created", utc(key.createdAt()))
                    .bind("expires", key.expiresAt().map(Rows::utc).orElse(null))
                    .bind("replaces", key.replaces().orElse(null))
                    .execute();
        }

        void expire(String id, Instant at) {
            handle.createUpdate("update pfm_server_key set expires_at = :at where id = :id")
                    .bind("at", utc(at))
                    .bind("id", id)
                    .execute();
        }

        void revoke(String id, Instant at) {
            handle.createUpdate("update pfm_server_key set revoked_at = :at where id = :id")
                    .bind("at", utc(at))
                    .bind("id", id)
                    .execute();
        }

        private static HashedKey read(ResultSet row) throws SQLException {
            Set<Scope> scopes = Arrays.stream(row.getString("scopes").split(",", -1))
                    .map(Scope::valueOf)
                    .collect(Collectors.toUnmodifiableSet());
            StoredKey key = new StoredKey(
                    row.getString("id"),
                    scopes,
                    row.getString("label"),
                    row.getObject("created_at", OffsetDateTime.class).toInstant(),
                    instant(row.getObject("expires_at", OffsetDateTime.class)),
                    instant(row.getObject("revoked_at", OffsetDateTime.class)),
                    Optional.ofNullable(row.getString("replaces")));
            return new HashedKey(key, row.getString("hash"));
        }

        private static Optional<Instant> instant(@Nullable OffsetDateTime time) {
            return Optional.ofNullable(time).map(OffsetDateTime::toInstant);
        }

        private static OffsetDateTime utc(Instant time) {
            return time.atOffset(ZoneOffset.UTC);
        }
    }
}

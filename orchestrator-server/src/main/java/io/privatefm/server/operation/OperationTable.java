/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import static io.privatefm.server.schema.ServerTables.bind;
import static io.privatefm.server.schema.ServerTables.instant;
import static io.privatefm.server.schema.ServerTables.instantOrEmpty;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.CheckpointRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/** The rows of operations. Whoever ends one first decides how it ended. */
final class OperationTable {
    private static final String COLUMNS = "operation_id, kind, status, learner, ns_uid, restore_point, correlation_id,"
            + " outcome, detail, checkpoint_version, checkpoint_hash, attempts, created_at, started_at, ended_at";

    private OperationTable() {}

    static void insert(Handle handle, String id, OperationRequest what, String correlationId, Instant now) {
        bind(
                        handle.createUpdate(
                                "insert into pfm_server_operation"
                                        + " (operation_id, kind, status, learner, ns_uid, restore_point, correlation_id, attempts,"
                                        + " created_at) values (:id, :kind, :status, :learner, :uid, :point, :correlation, 0, :now)"),
                        "now",
                        now)
                .bind("id", id)
                .bind("kind", what.kind().name())
                .bind("status", OperationStatus.QUEUED.name())
                .bind("learner", what.learner().map(LearnerId::value))
                .bind("uid", what.nsUid().map(NsUid::value))
                .bind("point", what.point().map(RestorePoints::write))
                .bind("correlation", correlationId)
                .execute();
    }

    static Optional<StoredOperation> find(Handle handle, String id) {
        return handle.createQuery("select " + COLUMNS + " from pfm_server_operation where operation_id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne();
    }

    static List<Operation> find(Handle handle, Collection<String> ids) {
        return handle.createQuery("select " + COLUMNS + " from pfm_server_operation where operation_id in (<ids>)")
                .bindList("ids", List.copyOf(ids))
                .map((row, context) -> read(row).operation())
                .list();
    }

    /** Notes that somebody is at it; empty if it ended. */
    static Optional<StoredOperation> begin(Handle handle, String id, Instant now) {
        int rows = bind(
                        handle.createUpdate(
                                "update pfm_server_operation set status = :status, attempts = attempts + 1,"
                                        + " started_at = coalesce(started_at, :now) where operation_id = :id and ended_at is null"),
                        "now",
                        now)
                .bind("status", OperationStatus.RUNNING.name())
                .bind("id", id)
                .execute();
        return rows == 0 ? Optional.empty() : find(handle, id);
    }

    /**
     * Notes that it waits again.
     *
     * @param counts whether it counts as tried
     */
    static Optional<StoredOperation> waits(Handle handle, String id, boolean counts) {
        handle.createUpdate("update pfm_server_operation set status = :status, attempts = attempts - :uncounted"
                        + " where operation_id = :id and ended_at is null")
                .bind("status", OperationStatus.QUEUED.name())
                .bind("uncounted", counts ? 0 : 1)
                .bind("id", id)
                .execute();
        return find(handle, id);
    }

    /** Notes how it ended, unless it had ended before, and forgets whom it was about. */
    static Optional<StoredOperation> end(Handle handle, String id, Ending ending, Instant now) {
        bind(
                        handle.createUpdate(
                                "update pfm_server_operation set status = :status, outcome = :outcome,"
                                        + " detail = :detail, checkpoint_version = :version, checkpoint_hash = :hash, ended_at = :now,"
                                        + " learner = null, correlation_id = null where operation_id = :id and ended_at is null"),
                        "now",
                        now)
                .bind("status", ending.status().name())
                .bind("outcome", ending.outcome())
                .bind("detail", ending.detail())
                .bind("version", ending.checkpoint().map(CheckpointRow::version))
                .bind(
                        "hash",
                        ending.checkpoint().map(row -> row.checkpointHash().hex()))
                .bind("id", id)
                .execute();
        return find(handle, id);
    }

    /** Removes those that ended before a time. */
    static int forget(Handle handle, Instant endedBefore) {
        return bind(
                        handle.createUpdate("delete from pfm_server_operation where ended_at < :before"),
                        "before",
                        endedBefore)
                .execute();
    }

    private static StoredOperation read(ResultSet row) throws SQLException {
        long version = row.getLong("checkpoint_version");
        OptionalLong checkpoint = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(version);
        return new StoredOperation(
                new Operation(
                        row.getString("operation_id"),
                        OperationKind.valueOf(row.getString("kind")),
                        OperationStatus.valueOf(row.getString("status")),
                        text(row, "ns_uid").map(NsUid::new),
                        text(row, "outcome"),
                        text(row, "detail"),
                        checkpoint,
                        text(row, "checkpoint_hash").map(Sha256::parse),
                        Optional.empty(),
                        row.getInt("attempts"),
                        instant(row, "created_at"),
                        instantOrEmpty(row, "started_at"),
                        instantOrEmpty(row, "ended_at")),
                text(row, "learner").map(LearnerId::of),
                text(row, "restore_point").map(RestorePoints::read),
                text(row, "correlation_id"));
    }

    private static Optional<String> text(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }
}

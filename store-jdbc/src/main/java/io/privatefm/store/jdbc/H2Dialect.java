/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.store.Capability;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * H2, embedded in this process. Left to itself it writes commits half a second later and never forces them to the disk; here a
 * commit is written and forced before it counts. Nobody else may write to the database: not the host, and no other {@link
 * JdbcStore}.
 *
 * <p>Its file may only grow while it is open. H2 finds its newest chunk after a crash if it ends the file, or if a chain from the
 * file's header leads to it; but when H2 2.5.252 puts a chunk into a gap, it writes the header before it has taken note of the
 * chunk ({@code FileStore.storeBuffer} sets {@code lastChunk} after {@code RandomAccessStore.writeChunk}), so that the header
 * names the chunk before and no chain leads on: some twenty commits, whole in the file, may not be found again.
 */
final class H2Dialect implements Dialect {
    private static final String SETTINGS = ";WRITE_DELAY=0;REUSE_SPACE=FALSE";

    /** Whether there is no file, or the settings hold; one may be listed twice, as it is and as it was kept. */
    private static final String LASTS = "select database_path() is null or not exists (select 1 from"
            + " information_schema.settings where setting_name = 'WRITE_DELAY' and setting_value <> '0'"
            + " or setting_name = 'REUSE_SPACE' and lower(setting_value) <> 'false')";

    @Override
    public String product() {
        return "H2";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.DURABLE);
    }

    /** Both settings are of the opening of the file, which may be opened again at any time: they belong in the URL. */
    @Override
    public void prepare(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(LASTS)) {
            result.next();
            if (!result.getBoolean(1)) {
                throw new InvalidInputException(
                        ErrorCode.CONFIGURATION,
                        "H2 could lose commits that were acknowledged; add " + SETTINGS + " to the database's URL");
            }
        }
    }

    @Override
    public void afterCommit(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("checkpoint sync");
        }
    }

    /**
     * One at a time. H2 writes its maps to the file one after the other, without holding up other transactions; if the process dies
     * before it writes again, what was committed meanwhile may be there in part (issue 2080 of H2).
     */
    @Override
    public Lock newTransactionLock() {
        return new ReentrantLock(true);
    }

    /** Stands still inside a transaction, which makes leases shorter, never longer. */
    @Override
    public String now() {
        return "current_timestamp(6)";
    }

    @Override
    public String nowPlusMicros() {
        return "dateadd(microsecond, ?, current_timestamp(6))";
    }

    @Override
    public String orIgnore() {
        return "";
    }
}

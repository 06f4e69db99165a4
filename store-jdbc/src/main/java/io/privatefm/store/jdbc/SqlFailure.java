/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.UnavailableException;
import java.sql.SQLException;

/** Translates what a database says into the errors of the SPI, by SQLSTATE (ISO 9075; PostgreSQL appendix A). */
final class SqlFailure {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String CONSTRAINT_CLASS = "23";
    private static final String DATA_CLASS = "22";
    private static final String SERIALIZATION_CLASS = "40";
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String H2_LOCK_TIMEOUT = "HYT00";

    private SqlFailure() {}

    /** The error of a statement that was not a commit: nothing was written. */
    static PfmException translate(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        if (isUniqueViolation(e)) {
            return new AlreadyExistsException("a row with this key is there already", e);
        }
        if (state.startsWith(SERIALIZATION_CLASS)
                || state.equals(LOCK_NOT_AVAILABLE)
                || state.equals(H2_LOCK_TIMEOUT)) {
            return new ConflictException("another transaction was first", e);
        }
        if (state.startsWith(DATA_CLASS) || state.startsWith(CONSTRAINT_CLASS)) {
            return new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the database refuses a value (SQLSTATE " + state + "): " + e.getMessage());
        }
        return new UnavailableException("the database failed (SQLSTATE " + state + "): " + e.getMessage(), e);
    }

    static boolean isUniqueViolation(SQLException e) {
        return UNIQUE_VIOLATION.equals(e.getSQLState());
    }

    /** Whether a failed commit has certainly not happened: the database itself refused it. */
    static boolean isRefusedCommit(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith(SERIALIZATION_CLASS) || state.startsWith(CONSTRAINT_CLASS);
    }
}

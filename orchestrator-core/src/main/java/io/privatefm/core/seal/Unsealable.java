/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.UnknownFormatException;
import io.privatefm.spi.WrongKeyException;
import io.privatefm.spi.checkpoint.Verdict;

/** Why bytes do not open, provided that they are those that were stored. Never leaves this room. */
final class Unsealable extends Exception {
    private static final long serialVersionUID = 1L;

    private final Verdict verdict;
    private final String reason;

    /**
     * A reason.
     *
     * @param reason goes on after what it is about
     */
    Unsealable(Verdict verdict, String reason) {
        super(reason, null, false, false);
        this.verdict = verdict;
        this.reason = reason;
    }

    /** The error that callers see of a row: nothing but its own encryption says whether it is what was written. */
    PfmException aboutRow(String row) {
        return verdict == Verdict.FOREIGN_BLOB
                ? new CorruptDataException(row + " is damaged, or belongs somewhere else: it " + reason)
                : about(row);
    }

    /** The error that callers see of a blob whose bytes are those that were stored. */
    PfmException about(String what) {
        String message = what + " " + reason;
        return switch (verdict) {
            case WRONG_KEY -> new WrongKeyException(message);
            case KEY_DESTROYED -> new KeyDestroyedException(message);
            case UNKNOWN_FORMAT -> new UnknownFormatException(message);
            case MISSING, BIT_ROT, SEMANTIC, ROW_DAMAGED, FOREIGN_BLOB, ROLLBACK ->
                new CorruptDataException(verdict, message);
        };
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.checkpoint;

/** What is the matter with stored bytes that are not as they should be. Only damage leads to fallback. */
public enum Verdict {
    /** They are not there. */
    MISSING(true),
    /** They are not those that were written: flipped, cut off, longer, or what they hold contradicts itself. */
    BIT_ROT(true),
    /** They are as they were written, and make no sense: a value that is not finite, or a shape that the foundation does not have. */
    SEMANTIC(true),
    /** The database's row says something else than the bytes, which are sound, and the event log, which agrees with them. */
    ROW_DAMAGED(false),
    /** They are as they were written, but belong somewhere else: to another namespace, variant or purpose. */
    FOREIGN_BLOB(false),
    /** They are as they were written, for an earlier version: somebody turned the namespace back. */
    ROLLBACK(false),
    /** They are encrypted under another key than the one that is there. */
    WRONG_KEY(false),
    /** Their key was destroyed on purpose. */
    KEY_DESTROYED(false),
    /** They are of a format that this version does not know. */
    UNKNOWN_FORMAT(false);

    private final boolean damage;

    Verdict(boolean damage) {
        this.damage = damage;
    }

    /** Whether the bytes are lost. Everything else is a fault of the set-up, an attack or intended, and halts instead. */
    public boolean isDamage() {
        return damage;
    }
}

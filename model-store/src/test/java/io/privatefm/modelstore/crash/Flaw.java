/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

/** What a disk may get wrong. */
public enum Flaw {
    /** A file that was being moved may be in both of the folders, or in none: there is no journal. */
    MOVES_TORN,
    /** Forcing a folder does nothing. */
    FOLDERS_NOT_FORCED,
    /** Forcing a file does nothing. */
    FILES_NOT_FORCED
}

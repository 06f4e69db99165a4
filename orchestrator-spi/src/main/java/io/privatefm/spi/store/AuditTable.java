/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import java.util.List;
import java.util.Optional;

/**
 * The audit log. Entries are written in the transaction of what they tell of, each behind the one before it in its chain; the
 * sequencer, one at a time, gives them their places in the log's tree later.
 */
public interface AuditTable {
    /** The newest entry of a chain. */
    Optional<AuditRow> newest(String chain);

    /**
     * Adds an entry, without a place in the tree.
     *
     * @throws io.privatefm.spi.ConflictException if the chain has an entry of that sequence number
     */
    void append(AuditRow row);

    /**
     * Entries without a place, those of a chain in ascending order of {@code seq}, at most {@code limit}.
     */
    List<AuditRow> unsequenced(int limit);

    /** How many entries have no place. This one reads them all; a store that can count overrides it. */
    default long waiting() {
        return unsequenced(Integer.MAX_VALUE).size();
    }

    /**
     * Gives entries without a place the places {@code firstIndex, firstIndex + 1, …}.
     *
     * @throws io.privatefm.spi.ConflictException if a place or an entry is taken
     */
    void sequence(long firstIndex, List<AuditRow> rows);

    /** Entries with a place of at least {@code fromIndex}, ascending, at most {@code limit}. */
    List<SequencedAuditRow> sequenced(long fromIndex, int limit);

    /**
     * Adds a tree head.
     *
     * @throws io.privatefm.spi.ConflictException if there is one of that size
     */
    void putHead(TreeHeadRow head);

    /** Tree heads of more than {@code afterSize} leaves, ascending, at most {@code limit}. */
    List<TreeHeadRow> heads(long afterSize, int limit);

    /** The tree head of most leaves. */
    Optional<TreeHeadRow> newestHead();
}

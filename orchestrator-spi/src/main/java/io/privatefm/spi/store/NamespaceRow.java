/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import java.util.List;
import java.util.Optional;

/**
 * The head of one namespace.
 *
 * @param learner unique among rows
 * @param nsUid unique among rows
 * @param subjects in ascending code-point order, no duplicates, at least one; none in a tombstone
 * @param foundationRelease name of the release that the namespace is pinned to
 * @param policy which variants it has, canonical JSON of core; opaque to the store
 * @param legalHold whether core must keep everything of it, whatever else is asked for
 * @param checkpointVersion version of the newest checkpoint, 0 before the first
 * @param eventHead sequence number of the newest event, 0 before the first
 * @param outboxHead sequence number of the newest message, sent or not, 0 before the first
 * @param settled up to where there is nothing left to merge, if that was found out
 * @param revision counts changes of this row, from 1; what {@link StoreTx#compareAndSet} is conditional on
 */
public record NamespaceRow(
        LearnerId learner,
        NsUid nsUid,
        List<Subject> subjects,
        NamespaceState state,
        String foundationRelease,
        String policy,
        boolean legalHold,
        long checkpointVersion,
        long eventHead,
        long outboxHead,
        Optional<Settled> settled,
        long revision) {
    public NamespaceRow {
        subjects = List.copyOf(subjects);
    }

    /** A namespace without events, checkpoints or messages, at revision 1. */
    public static NamespaceRow first(
            LearnerId learner, NsUid nsUid, List<Subject> subjects, String foundationRelease, String policy) {
        return new NamespaceRow(
                learner,
                nsUid,
                subjects,
                NamespaceState.ACTIVE,
                foundationRelease,
                policy,
                false,
                0,
                0,
                0,
                Optional.empty(),
                1);
    }

    /**
     * Whether it merges and has events that were not found to leave nothing to merge. A night looks deeper than this row: what an
     * earlier merge rested on may have changed too, such as the foundation release that it would be merged on now.
     */
    public boolean isDue() {
        boolean merges = state == NamespaceState.ACTIVE || state == NamespaceState.MERGING;
        return merges && settled.filter(upTo -> upTo.eventHead() == eventHead).isEmpty();
    }

    /** This row in another state. */
    public NamespaceRow withState(NamespaceState next) {
        return with(next, legalHold, checkpointVersion, eventHead, outboxHead, settled, revision);
    }

    /** This row under legal hold, or free of it. */
    public NamespaceRow withLegalHold(boolean held) {
        return with(state, held, checkpointVersion, eventHead, outboxHead, settled, revision);
    }

    /** This row with another newest event. */
    public NamespaceRow withEventHead(long head) {
        return with(state, legalHold, checkpointVersion, head, outboxHead, settled, revision);
    }

    /** This row with another newest message. */
    public NamespaceRow withOutboxHead(long head) {
        return with(state, legalHold, checkpointVersion, eventHead, head, settled, revision);
    }

    /** This row with another newest checkpoint. */
    public NamespaceRow withCheckpoint(long version) {
        return with(state, legalHold, version, eventHead, outboxHead, settled, revision);
    }

    /** This row pinned to another release. */
    public NamespaceRow withFoundationRelease(String release) {
        return new NamespaceRow(
                learner,
                nsUid,
                subjects,
                state,
                release,
                policy,
                legalHold,
                checkpointVersion,
                eventHead,
                outboxHead,
                settled,
                revision);
    }

    /** This row with nothing left to merge up to its newest event. */
    public NamespaceRow withSettled(Settled upTo) {
        return with(state, legalHold, checkpointVersion, eventHead, outboxHead, Optional.of(upTo), revision);
    }

    /** This row, one revision on. */
    public NamespaceRow nextRevision() {
        return with(state, legalHold, checkpointVersion, eventHead, outboxHead, settled, revision + 1);
    }

    /**
     * What {@link StoreTx#erase} leaves of this row, one revision on. It says neither whose the namespace was nor what it held; its
     * messages go on from where they were.
     *
     * @param as stands in for the learner, whose id is free again
     */
    public NamespaceRow tombstone(LearnerId as) {
        return new NamespaceRow(
                as,
                nsUid,
                List.of(),
                NamespaceState.DELETED,
                foundationRelease,
                "{}",
                false,
                0,
                0,
                outboxHead,
                Optional.empty(),
                revision + 1);
    }

    private NamespaceRow with(
            NamespaceState newState,
            boolean newLegalHold,
            long newVersion,
            long newEventHead,
            long newOutboxHead,
            Optional<Settled> newSettled,
            long newRevision) {
        return new NamespaceRow(
                learner,
                nsUid,
                subjects,
                newState,
                foundationRelease,
                policy,
                newLegalHold,
                newVersion,
                newEventHead,
                newOutboxHead,
                newSettled,
                newRevision);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import java.util.List;

/**
 * The head of one namespace.
 *
 * @param learner unique among rows
 * @param nsUid unique among rows
 * @param subjects in ascending code-point order, no duplicates, at least one
 * @param foundationRelease name of the release that the namespace is pinned to
 * @param policy which variants it has, canonical JSON of core; opaque to the store
 * @param checkpointVersion version of the newest checkpoint, 0 before the first
 * @param eventHead sequence number of the newest event, 0 before the first
 * @param revision counts changes of this row, from 1; what {@link StoreTx#compareAndSet} is conditional on
 */
public record NamespaceRow(
        LearnerId learner,
        NsUid nsUid,
        List<Subject> subjects,
        NamespaceState state,
        String foundationRelease,
        String policy,
        long checkpointVersion,
        long eventHead,
        long revision) {
    public NamespaceRow {
        subjects = List.copyOf(subjects);
    }

    /** This row with another state, one revision on. */
    public NamespaceRow withState(NamespaceState next) {
        return new NamespaceRow(
                learner, nsUid, subjects, next, foundationRelease, policy, checkpointVersion, eventHead, revision + 1);
    }

    /** This row with another newest event, one revision on. */
    public NamespaceRow withEventHead(long head) {
        return new NamespaceRow(
                learner, nsUid, subjects, state, foundationRelease, policy, checkpointVersion, head, revision + 1);
    }

    /** This row with another newest checkpoint, one revision on. */
    public NamespaceRow withCheckpoint(long version) {
        return new NamespaceRow(
                learner, nsUid, subjects, state, foundationRelease, policy, version, eventHead, revision + 1);
    }
}

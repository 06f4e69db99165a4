/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.observe;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.merge.EarlyEnd;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.recovery.Rung;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Something that happened in an orchestrator. New kinds may be added; listeners ignore what they do not know. */
public sealed interface LifecycleEvent {
    /** A namespace exists now. */
    record NamespaceCreated(NsUid namespace) implements LifecycleEvent {}

    /** A revision of an adapter was checked and kept. */
    record AdapterRegistered(NsUid namespace, Subject subject, int revision) implements LifecycleEvent {}

    /** A nightly batch has found what is to do. */
    record NightStarted(int namespaces) implements LifecycleEvent {}

    /**
     * One more namespace of a nightly batch is finished, whatever its outcome.
     *
     * @param done namespaces finished so far, from 1
     * @param left how long the others will take, if they take as long as those
     */
    record NightProgressed(int done, int namespaces, Duration left) implements LifecycleEvent {}

    /**
     * A nightly batch ended before all was done, or did not begin.
     *
     * @param left namespaces that are due still, of those that it had found
     */
    record NightEndedEarly(EarlyEnd why, int left) implements LifecycleEvent {}

    /**
     * A nightly batch ended, whether it did all that was due or not, or was refused; at every end but that by an error that kept it from
     * finding what is due.
     *
     * @param startedAt when it began
     * @param namespaces how many it looked at
     * @param upToDate how many of them had nothing to do
     * @param due how many of them it had found due
     * @param merged how many checkpoints were published
     * @param rejected how many keep the checkpoints they have
     * @param inProgress how many were left to another worker that was at them
     * @param left how many are due still
     * @param early why it ended before all was done; empty if it did not
     */
    record NightEnded(
            Instant startedAt,
            int namespaces,
            int upToDate,
            int due,
            long merged,
            long rejected,
            long inProgress,
            int left,
            Optional<EarlyEnd> early,
            Duration took)
            implements LifecycleEvent {}

    /**
     * One more variant of a checkpoint was computed: to be published by a merge or a fallback, or only to be compared.
     *
     * @param version of the checkpoint
     * @param done variants computed so far, from 1
     * @param variants how many are to be computed; those that are taken over from the checkpoint before do not count
     */
    record MergeProgressed(NsUid namespace, long version, int done, int variants) implements LifecycleEvent {}

    /** A checkpoint was published. */
    record MergeCompleted(
            NsUid namespace, long version, Sha256 checkpointHash, int variants, long storedBytes, Duration took)
            implements LifecycleEvent {}

    /** A merge did not lead to a checkpoint; the namespace keeps the one it has. */
    record MergeFailed(NsUid namespace, String reason) implements LifecycleEvent {}

    /** Something of a namespace is not as it should be, and was not known to be before. */
    record DamageFound(NsUid namespace, Verdict verdict, String detail) implements LifecycleEvent {}

    /** A namespace is being brought back. */
    record FallbackInitiated(NsUid namespace, FallbackCause cause, Rung rung) implements LifecycleEvent {}

    /**
     * A namespace was brought back.
     *
     * @param proven how many of its variants were held against a recorded content hash, which they equal
     */
    record FallbackCompleted(NsUid namespace, Rung rung, long version, Sha256 checkpointHash, int proven, Duration took)
            implements LifecycleEvent {}

    /**
     * A namespace could not be brought back.
     *
     * @param failures of this fallback so far
     * @param givenUp whether it is not tried again: somebody has to look at it
     */
    record FallbackFailed(NsUid namespace, int failures, boolean givenUp, String reason) implements LifecycleEvent {}

    /** Fallbacks are stopped, for all namespaces, until somebody lets them go on. */
    record BreakerTripped(String reason) implements LifecycleEvent {}

    /** An adapter has to be trained again. */
    record RetrainingRequested(NsUid namespace, Subject subject, String foundationRelease, String reason)
            implements LifecycleEvent {}

    /** A namespace was deleted for good. */
    record NamespaceDeleted(NsUid namespace) implements LifecycleEvent {}

    /** A message was not taken, and is not delivered any more. */
    record MessageGivenUp(String topic, DeadLetter.Reason reason) implements LifecycleEvent {}

    /**
     * A host refused somebody access.
     *
     * @param action what was asked for, such as a route's template; says nothing of a learner
     * @param reason for people
     */
    record AccessRefused(String action, String reason) implements LifecycleEvent {}

    /** A deletion was asked for, and not granted. */
    record DeletionDenied() implements LifecycleEvent {}
}

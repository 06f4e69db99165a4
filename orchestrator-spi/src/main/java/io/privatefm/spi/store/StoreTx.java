/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One transaction. All its writes become visible together when the work returns, or none does. Reads see the
 * transaction's own writes. Times are kept to the microsecond. Used by one thread, inside {@link OrchestratorStore#inTransaction} only.
 */
public interface StoreTx {
    /** The store's clock: one for all processes that use it. Not before any earlier answer in this transaction. */
    Instant now();

    /**
     * Adds a namespace.
     *
     * @throws io.privatefm.spi.AlreadyExistsException if its learner or its uid is taken
     */
    void insert(NamespaceRow row);

    /** The namespace of a learner. */
    Optional<NamespaceRow> find(LearnerId learner);

    /**
     * Namespaces in ascending order of learner id.
     *
     * @param after only learners greater than this; {@code null} from the start
     * @param limit at most this many, at least 1
     */
    List<NamespaceRow> namespaces(@Nullable LearnerId after, int limit);

    /**
     * How many namespaces there are of each state, release and {@link NamespaceRow#isDue()}, in {@link NamespaceCount#ORDER}; nothing for
     * what there is none of. Tombstones are counted as what they are. This one reads every row; a store that can count overrides it.
     */
    default List<NamespaceCount> count() {
        return NamespaceTally.of(this);
    }

    /**
     * Replaces a namespace's row if its revision is still {@code expected.revision()}.
     *
     * @param next same learner and uid, revision one higher
     * @return false if the row has changed or is gone; nothing was written then
     */
    boolean compareAndSet(NamespaceRow expected, NamespaceRow next);

    /**
     * Removes everything of a namespace but its audit entries: events, adapters, checkpoints, waiting messages, data keys, orphans, scrubs;
     * and puts another row in place of its own, if its revision is still {@code expected.revision()}.
     *
     * @param tombstone same uid, revision one higher; its learner may be another
     * @return false if the row has changed or is gone; nothing was written then
     * @throws io.privatefm.spi.AlreadyExistsException if the tombstone's learner is taken
     */
    boolean erase(NamespaceRow expected, NamespaceRow tombstone);

    /**
     * Appends to a namespace's event log.
     *
     * @param rows sequence numbers {@code expectedHead + 1, expectedHead + 2, …}
     * @throws io.privatefm.spi.ConflictException if the newest event is not {@code expectedHead}
     */
    void append(NsUid namespace, long expectedHead, List<EventRow> rows);

    /** Events with {@code seq >= fromSeq}, ascending, at most {@code limit}. */
    List<EventRow> events(NsUid namespace, long fromSeq, int limit);

    /**
     * Adds an adapter revision.
     *
     * @throws io.privatefm.spi.ConflictException if that revision of that subject is there
     */
    void putAdapter(AdapterRow row);

    /** The newest revision of each subject's adapter, in ascending order of subject. */
    List<AdapterRow> adapters(NsUid namespace);

    /**
     * Sets an adapter revision aside: {@link AdapterRow#setAside()} is true from then on.
     *
     * @return false if there is no such revision
     */
    boolean setAside(NsUid namespace, Subject subject, int revision);

    /**
     * Adds a checkpoint.
     *
     * @throws io.privatefm.spi.AlreadyExistsException if that version, or that operation id, is there
     */
    void putCheckpoint(CheckpointRow row);

    /**
     * Removes a checkpoint and its variants.
     *
     * @return false if there is none of that version
     */
    boolean removeCheckpoint(NsUid namespace, long version);

    /** One checkpoint. */
    Optional<CheckpointRow> checkpoint(NsUid namespace, long version);

    /** The newest checkpoints, newest first, at most {@code limit}. */
    List<CheckpointRow> checkpoints(NsUid namespace, int limit);

    /** The checkpoint that an operation published; how the outcome of a lost commit is found out. */
    Optional<CheckpointRow> checkpointOf(String operationId);

    /**
     * Notes that a consumer takes a message, for dedupe in the transaction of its effect.
     *
     * @param consumer at most 200 characters
     * @param messageId at most 200 characters
     * @return false if the consumer has taken it before
     */
    boolean firstTime(String consumer, String messageId);

    /** Whether a consumer has taken a message; notes nothing. */
    boolean taken(String consumer, String messageId);

    /** Leases. */
    LeaseTable leases();

    /** Messages to be published. */
    OutboxTable outbox();

    /** The audit log. */
    AuditTable audit();

    /** What orphan collection remembers. */
    OrphanTable orphans();

    /** The namespaces' data keys. */
    KeyTable keys();

    /** What scrubs found out. */
    ScrubTable scrubs();

    /** What is stopped. */
    SwitchTable switches();
}

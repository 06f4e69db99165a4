/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.AuditTable;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.KeyTable;
import io.privatefm.spi.store.LeaseTable;
import io.privatefm.spi.store.NamespaceCount;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrphanTable;
import io.privatefm.spi.store.OutboxTable;
import io.privatefm.spi.store.ScrubTable;
import io.privatefm.spi.store.Settled;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.SwitchTable;
import io.privatefm.spi.store.VariantRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One transaction: every method is one or two statements, and no rule. */
final class JdbcTx implements StoreTx {
    private static final String SUBJECT_SEPARATOR = "\n";

    /** What is below a namespace, in an order that foreign keys allow. */
    private static final List<String> ERASED = List.of(
            "pfm_variant",
            "pfm_checkpoint",
            "pfm_adapter",
            "pfm_event",
            "pfm_outbox",
            "pfm_data_key",
            "pfm_orphan",
            "pfm_scrub");

    /** As {@link NamespaceRow#isDue()} says. */
    private static final String DUE =
            "state in ('ACTIVE', 'MERGING') and (settled_head is null or settled_head <> event_head)";

    private static final String COUNT = "select state, foundation_release, due, count(*) as namespaces"
            + " from (select state, foundation_release, case when " + DUE
            + " then 1 else 0 end as due from pfm_namespace) n"
            + " group by state, foundation_release, due";

    private final Statements statements;

    JdbcTx(Statements statements) {
        this.statements = statements;
    }

    @Override
    public Instant now() {
        return statements
                .query("select " + statements.dialect().now() + " as now", row -> Statements.instant(row, "now"))
                .get(0)
                .truncatedTo(ChronoUnit.MICROS);
    }

    @Override
    public void insert(NamespaceRow row) {
        statements.update(
                "insert into pfm_namespace (learner, ns_uid, subjects, state, foundation_release, policy,"
                        + " legal_hold, checkpoint_version, event_head, outbox_head, settled_head, settled_basis, revision)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row.learner().value(),
                row.nsUid().value(),
                subjects(row),
                row.state().name(),
                row.foundationRelease(),
                row.policy(),
                row.legalHold(),
                row.checkpointVersion(),
                row.eventHead(),
                row.outboxHead(),
                row.settled().map(Settled::eventHead).orElse(null),
                row.settled().map(settled -> settled.basis().hex()).orElse(null),
                row.revision());
    }

    @Override
    public Optional<NamespaceRow> find(LearnerId learner) {
        return statements
                .query("select * from pfm_namespace where learner = ?", JdbcTx::namespace, learner.value())
                .stream()
                .findFirst();
    }

    @Override
    public List<NamespaceRow> namespaces(@Nullable LearnerId after, int limit) {
        return after == null
                ? statements.query("select * from pfm_namespace order by learner limit ?", JdbcTx::namespace, limit)
                : statements.query(
                        "select * from pfm_namespace where learner > ? order by learner limit ?",
                        JdbcTx::namespace,
                        after.value(),
                        limit);
    }

    @Override
    public List<NamespaceCount> count() {
        return statements.query(COUNT, JdbcTx::namespaceCount).stream()
                .sorted(NamespaceCount.ORDER)
                .toList();
    }

    @Override
    public boolean compareAndSet(NamespaceRow expected, NamespaceRow next) {
        return statements.update(
                        "update pfm_namespace set learner = ?, subjects = ?, state = ?, foundation_release = ?, policy = ?,"
                                + " legal_hold = ?, checkpoint_version = ?, event_head = ?, outbox_head = ?, settled_head = ?, settled_basis = ?,"
                                + " revision = ? where ns_uid = ? and revision = ?",
                        next.learner().value(),
                        subjects(next),
                        next.state().name(),
                        next.foundationRelease(),
                        next.policy(),
                        next.legalHold(),
                        next.checkpointVersion(),
                        next.eventHead(),
                        next.outboxHead(),
                        next.settled().map(Settled::eventHead).orElse(null),
                        next.settled().map(settled -> settled.basis().hex()).orElse(null),
                        next.revision(),
                        expected.nsUid().value(),
                        expected.revision())
                == 1;
    }

    @Override
    public boolean erase(NamespaceRow expected, NamespaceRow tombstone) {
        String uid = expected.nsUid().value();
        // the strongest lock of the row: an update alone would not wait for transactions that are adding rows below it
        statements.query("select revision from pfm_namespace where ns_uid = ? for update", row -> row.getLong(1), uid);
        if (!compareAndSet(expected, tombstone)) {
            return false;
        }
        for (String table : ERASED) {
            statements.update("delete from " + table + " where ns_uid = ?", uid);
        }
        return true;
    }

    @Override
    public void append(NsUid namespace, long expectedHead, List<EventRow> rows) {
        long head = statements
                .query(
                        "select coalesce(max(seq), 0) as head from pfm_event where ns_uid = ?",
                        row -> row.getLong("head"),
                        namespace.value())
                .get(0);
        if (head != expectedHead) {
            throw new ConflictException("the newest event of " + namespace + " is " + head + ", not " + expectedHead);
        }
        for (EventRow row : rows) {
            statements.insertOrConflict(
                    "event " + row.seq() + " of " + namespace,
                    "insert into pfm_event (ns_uid, seq, type, type_version, payload, at) values (?, ?, ?, ?, ?, ?)",
                    namespace.value(),
                    row.seq(),
                    row.type(),
                    row.typeVersion(),
                    row.payload(),
                    row.at());
        }
    }

    @Override
    public List<EventRow> events(NsUid namespace, long fromSeq, int limit) {
        return statements.query(
                "select * from pfm_event where ns_uid = ? and seq >= ? order by seq limit ?",
                row -> new EventRow(
                        row.getLong("seq"),
                        row.getString("type"),
                        row.getInt("type_version"),
                        row.getString("payload"),
                        Statements.instant(row, "at")),
                namespace.value(),
                fromSeq,
                limit);
    }

    @Override
    public void putAdapter(AdapterRow row) {
        statements.insertOrConflict(
                "revision " + row.revision() + " of the adapter for " + row.subject(),
                "insert into pfm_adapter (ns_uid, subject, revision, digest, config_blob, weights_blob, changed_bytes,"
                        + " trained_on, trained_at, registered_at, set_aside) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row.nsUid().value(),
                row.subject().value(),
                row.revision(),
                row.digest().hex(),
                row.configBlob().hex(),
                row.weightsBlob().hex(),
                row.changedBytes(),
                row.trainedOn().map(Sha256::hex).orElse(null),
                row.trainedAt().orElse(null),
                row.registeredAt(),
                row.setAside());
    }

    @Override
    public List<AdapterRow> adapters(NsUid namespace) {
        return statements
                .query(
                        "select * from pfm_adapter a where ns_uid = ? and revision ="
                                + " (select max(revision) from pfm_adapter b where b.ns_uid = a.ns_uid and b.subject = a.subject)",
                        JdbcTx::adapter,
                        namespace.value())
                .stream()
                .sorted(Comparator.comparing(AdapterRow::subject))
                .toList();
    }

    @Override
    public boolean setAside(NsUid namespace, Subject subject, int revision) {
        return statements.update(
                        "update pfm_adapter set set_aside = true where ns_uid = ? and subject = ? and revision = ?",
                        namespace.value(),
                        subject.value(),
                        revision)
                == 1;
    }

    @Override
    public void putCheckpoint(CheckpointRow row) {
        statements.update(
                "insert into pfm_checkpoint (ns_uid, version, operation_id, checkpoint_hash, manifest_blob,"
                        + " foundation_release, foundation_hash, created_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
                row.nsUid().value(),
                row.version(),
                row.operationId(),
                row.checkpointHash().hex(),
                row.manifestBlob().hex(),
                row.foundationRelease(),
                row.foundationHash().hex(),
                row.createdAt());
        for (VariantRow variant : row.variants()) {
            statements.update(
                    "insert into pfm_variant (ns_uid, version, name, content_hash, plan_hash, layout, blob, blob_bytes,"
                            + " changed_tensors) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    row.nsUid().value(),
                    row.version(),
                    variant.name(),
                    variant.contentHash().hex(),
                    variant.planHash().hex(),
                    variant.layout().name(),
                    variant.blob().hex(),
                    variant.blobBytes(),
                    variant.changedTensors());
        }
    }

    @Override
    public boolean removeCheckpoint(NsUid namespace, long version) {
        statements.update("delete from pfm_variant where ns_uid = ? and version = ?", namespace.value(), version);
        return statements.update(
                        "delete from pfm_checkpoint where ns_uid = ? and version = ?", namespace.value(), version)
                == 1;
    }

    @Override
    public Optional<CheckpointRow> checkpoint(NsUid namespace, long version) {
        return statements
                .query(
                        "select * from pfm_checkpoint where ns_uid = ? and version = ?",
                        this::checkpoint,
                        namespace.value(),
                        version)
                .stream()
                .findFirst();
    }

    @Override
    public List<CheckpointRow> checkpoints(NsUid namespace, int limit) {
        return statements.query(
                "select * from pfm_checkpoint where ns_uid = ? order by version desc limit ?",
                this::checkpoint,
                namespace.value(),
                limit);
    }

    @Override
    public Optional<CheckpointRow> checkpointOf(String operationId) {
        return statements
                .query("select * from pfm_checkpoint where operation_id = ?", this::checkpoint, operationId)
                .stream()
                .findFirst();
    }

    @Override
    public boolean firstTime(String consumer, String messageId) {
        return statements.insertIfAbsent(
                "insert into pfm_inbox (consumer, message_id, at) values (?, ?, "
                        + statements.dialect().now() + ")",
                consumer,
                messageId);
    }

    @Override
    public boolean taken(String consumer, String messageId) {
        return !statements
                .query(
                        "select 1 from pfm_inbox where consumer = ? and message_id = ?",
                        row -> row.getInt(1),
                        consumer,
                        messageId)
                .isEmpty();
    }

    @Override
    public LeaseTable leases() {
        return new JdbcLeases(statements);
    }

    @Override
    public OutboxTable outbox() {
        return new JdbcOutbox(statements);
    }

    @Override
    public AuditTable audit() {
        return new JdbcAudit(statements);
    }

    @Override
    public OrphanTable orphans() {
        return new JdbcOrphans(statements);
    }

    @Override
    public KeyTable keys() {
        return new JdbcKeys(statements);
    }

    @Override
    public ScrubTable scrubs() {
        return new JdbcScrubs(statements);
    }

    @Override
    public SwitchTable switches() {
        return new JdbcSwitches(statements);
    }

    private CheckpointRow checkpoint(ResultSet row) throws SQLException {
        NsUid namespace = new NsUid(row.getString("ns_uid"));
        long version = row.getLong("version");
        return new CheckpointRow(
                namespace,
                version,
                row.getString("operation_id"),
                hash(row, "checkpoint_hash"),
                hash(row, "manifest_blob"),
                row.getString("foundation_release"),
                hash(row, "foundation_hash"),
                variants(namespace, version),
                Statements.instant(row, "created_at"));
    }

    private List<VariantRow> variants(NsUid namespace, long version) {
        return statements
                .query(
                        "select * from pfm_variant where ns_uid = ? and version = ?",
                        JdbcTx::variant,
                        namespace.value(),
                        version)
                .stream()
                .sorted(Comparator.comparing(VariantRow::name, CodePointOrder.COMPARATOR))
                .toList();
    }

    private static VariantRow variant(ResultSet row) throws SQLException {
        return new VariantRow(
                row.getString("name"),
                hash(row, "content_hash"),
                hash(row, "plan_hash"),
                Layout.valueOf(row.getString("layout")),
                hash(row, "blob"),
                row.getLong("blob_bytes"),
                row.getInt("changed_tensors"));
    }

    private static AdapterRow adapter(ResultSet row) throws SQLException {
        return new AdapterRow(
                new NsUid(row.getString("ns_uid")),
                Subject.of(row.getString("subject")),
                row.getInt("revision"),
                hash(row, "digest"),
                hash(row, "config_blob"),
                hash(row, "weights_blob"),
                row.getLong("changed_bytes"),
                Optional.ofNullable(row.getString("trained_on")).map(Sha256::parse),
                Statements.instantOrEmpty(row, "trained_at"),
                Statements.instant(row, "registered_at"),
                row.getBoolean("set_aside"));
    }

    static NamespaceRow namespace(ResultSet row) throws SQLException {
        return new NamespaceRow(
                LearnerId.of(row.getString("learner")),
                new NsUid(row.getString("ns_uid")),
                row.getString("subjects").lines().map(Subject::of).toList(),
                NamespaceState.valueOf(row.getString("state")),
                row.getString("foundation_release"),
                row.getString("policy"),
                row.getBoolean("legal_hold"),
                row.getLong("checkpoint_version"),
                row.getLong("event_head"),
                row.getLong("outbox_head"),
                settled(row),
                row.getLong("revision"));
    }

    private static NamespaceCount namespaceCount(ResultSet row) throws SQLException {
        return new NamespaceCount(
                NamespaceState.valueOf(row.getString("state")),
                row.getString("foundation_release"),
                row.getInt("due") == 1,
                row.getLong("namespaces"));
    }

    private static Optional<Settled> settled(ResultSet row) throws SQLException {
        String basis = row.getString("settled_basis");
        return basis == null
                ? Optional.empty()
                : Optional.of(new Settled(row.getLong("settled_head"), Sha256.parse(basis)));
    }

    private static Sha256 hash(ResultSet row, String column) throws SQLException {
        return Sha256.parse(row.getString(column));
    }

    private static String subjects(NamespaceRow row) {
        return row.subjects().stream().map(Subject::value).collect(Collectors.joining(SUBJECT_SEPARATOR));
    }
}

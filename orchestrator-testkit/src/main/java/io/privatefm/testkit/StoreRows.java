/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.DataKeyRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OutboxRow;
import io.privatefm.spi.store.ScrubRow;
import io.privatefm.spi.store.SwitchRow;
import io.privatefm.spi.store.TreeHeadRow;
import io.privatefm.spi.store.VariantRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Rows for tests of stores, every field different from every other. */
final class StoreRows {
    private static final Instant TIME = Instant.parse("2026-03-29T01:59:59.999999Z");

    private StoreRows() {}

    static NamespaceRow namespace(int number) {
        return NamespaceRow.first(
                LearnerId.of("learner-" + number),
                uid(number),
                List.of(Subject.of("math"), Subject.of("数学")),
                "release-1",
                "{\"quote\":\"\\\"ü\\n\"}");
    }

    static NamespaceRow of(LearnerId learner, NsUid uid) {
        return NamespaceRow.first(learner, uid, List.of(Subject.of("math")), "release-1", "{}");
    }

    static NsUid uid(int number) {
        return new NsUid(String.format(Locale.ROOT, "%032x", 0xabcdef00L + number));
    }

    /** Events with these sequence numbers. */
    static List<EventRow> events(long from, long to) {
        List<EventRow> events = new ArrayList<>();
        for (long seq = from; seq <= to; seq++) {
            events.add(new EventRow(seq, "TESTED", 2, "{\"seq\":" + seq + "}", TIME.plusSeconds(seq)));
        }
        return events;
    }

    static AdapterRow adapter(NsUid ns, String subject, int revision) {
        return new AdapterRow(
                ns,
                Subject.of(subject),
                revision,
                hash(subject, revision, 1),
                hash(subject, revision, 2),
                hash(subject, revision, 3),
                5_000_000_000L + revision,
                revision % 2 == 0 ? Optional.of(hash(subject, revision, 4)) : Optional.empty(),
                revision % 3 == 1 ? Optional.of(TIME.minusSeconds(revision)) : Optional.empty(),
                TIME.plusSeconds(revision));
    }

    static CheckpointRow checkpoint(NsUid ns, long version) {
        String name = "v" + version;
        return new CheckpointRow(
                ns,
                version,
                "operation-" + ns + "-" + version,
                hash(name, version, 1),
                hash(name, version, 2),
                "release-3",
                hash(name, version, 3),
                List.of(variant("art", version, Layout.DELTA), variant("math", version, Layout.FULL)),
                TIME.plusSeconds(version));
    }

    static CheckpointRow withOperation(CheckpointRow row, NsUid ns, long version, String operation) {
        return new CheckpointRow(
                ns,
                version,
                operation,
                row.checkpointHash(),
                row.manifestBlob(),
                row.foundationRelease(),
                row.foundationHash(),
                row.variants(),
                row.createdAt());
    }

    private static VariantRow variant(String name, long version, Layout layout) {
        return new VariantRow(
                name,
                hash(name, version, 5),
                hash(name, version, 6),
                layout,
                hash(name, version, 7),
                6_000_000_000L + version,
                11);
    }

    static OutboxRow message(NsUid ns, long seq) {
        return new OutboxRow(ns, seq, ns + "/" + seq, "TESTED", "{\"seq\":" + seq + "}", TIME.plusSeconds(seq));
    }

    static DataKeyRow dataKey(NsUid ns, long generation) {
        String id = ns.value().substring(16) + String.format(Locale.ROOT, "%016x", generation);
        return new DataKeyRow(ns, generation, id, "wrapped+/" + generation + "==", TIME.plusSeconds(generation));
    }

    static AuditRow audit(String chain, long seq) {
        return new AuditRow(
                chain,
                seq,
                hash(chain, seq, 1),
                hash(chain, seq, 2),
                "tester",
                "TESTED",
                "DONE",
                "operation-" + seq,
                "{\"seq\":" + seq + "}",
                TIME.plusSeconds(seq));
    }

    static TreeHeadRow head(long size) {
        return new TreeHeadRow(size, hash("head", size, 1), "a note\nof " + size + "\n", TIME.plusSeconds(size));
    }

    /** A scrub that ended at this second and found everything sound. */
    static ScrubRow sound(NsUid ns, long second) {
        return new ScrubRow(ns, ScrubLevel.L1, TIME.plusSeconds(second), Optional.empty(), "{}", Optional.empty());
    }

    /** A scrub that ended at this second and found damage, which was found first at another. */
    static ScrubRow damaged(NsUid ns, long second, long foundAt) {
        return new ScrubRow(
                ns,
                ScrubLevel.L2,
                TIME.plusSeconds(second),
                Optional.of(Verdict.ROW_DAMAGED),
                "{\"found\":\"数学\\n\"}",
                Optional.of(TIME.plusSeconds(foundAt)));
    }

    /** The time that rows of this second have. */
    static Instant second(long second) {
        return TIME.plusSeconds(second);
    }

    static SwitchRow stopped(String name, int number) {
        return new SwitchRow(name, "number " + number + ": \"数学\"\n", TIME.plusSeconds(number));
    }

    static Sha256 hash(String name, long number, long kind) {
        return new Sha256(name.hashCode(), -number, kind, -1);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.core.journal.NamespaceHistory;
import io.privatefm.core.journal.RecordedLog;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.testkit.SimulatedTimer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Fixture: a namespace that is about to fall back, how it begins to, and what must have come of it in the end. */
final class FallbackScene {
    private static final LearnerId ADA = LearnerId.of("ada");
    private static final int ALL = 10_000;
    private static final int ROUNDS = 6;
    private static final Pattern OPERATION = Pattern.compile("\"operation_id\":\"([^\"]+)\"");

    /** Why it falls back, and which rung helps. */
    enum Kind {
        /** One of two variants is damaged. */
        OLDER_VERSION,
        /** Everything is damaged. */
        REPLAY,
        /** Everything is damaged, and there is a mirror. */
        MIRROR,
        /** Its release is four behind. */
        LAG,
        /** An operator wants the first version. */
        RESTORE
    }

    final SimulatedSite site = new SimulatedSite(1);
    private final Kind kind;
    private final CheckpointRow before;
    private final CheckpointRow first;
    private final @Nullable BlobStore mirror;

    FallbackScene(Kind kind) {
        this.kind = kind;
        try (Orchestrator pfm = site.builder().build()) {
            pfm.namespaces().provision(ADA, List.of(SimulatedSite.MATH, SimulatedSite.READING));
            site.register(pfm, ADA, SimulatedSite.MATH, 1);
            site.register(pfm, ADA, SimulatedSite.READING, 2);
            pfm.merges().mergeNow(ADA);
            first = pfm.checkpoints().latest(ADA).orElseThrow();
            if (kind == Kind.RESTORE) {
                site.register(pfm, ADA, SimulatedSite.MATH, 3);
                pfm.merges().mergeNow(ADA);
            }
            before = pfm.checkpoints().latest(ADA).orElseThrow();
        }
        mirror = kind == Kind.MIRROR ? site.copy(before.nsUid()) : null;
        switch (kind) {
            case OLDER_VERSION ->
                site.blobs.flip(before.nsUid(), before.variants().get(0).blob(), 99);
            case REPLAY, MIRROR ->
                SimulatedSite.blobs(before).forEach(blob -> site.blobs.flip(before.nsUid(), blob, 99));
            case LAG -> {
                for (int release = 0; release < 4; release++) {
                    site.foundation.releaseAt(site.time.instant());
                }
            }
            case RESTORE -> {
                // nothing is the matter
            }
        }
    }

    /** A process over these parts. */
    Orchestrator node(OrchestratorStore store, BlobStore blobs) {
        return node(store, blobs, site.time.timer());
    }

    Orchestrator node(OrchestratorStore store, BlobStore blobs, SimulatedTimer timer) {
        OrchestratorBuilder builder = site.builder(store, blobs, timer);
        return (mirror == null ? builder : builder.mirror(mirror)).build();
    }

    /** Does what makes the namespace fall back, or go on with it. */
    void fallBack(Orchestrator pfm) {
        switch (kind) {
            case OLDER_VERSION, REPLAY, MIRROR -> site.scrub(pfm);
            case LAG -> pfm.merges().runNight();
            case RESTORE -> pfm.recovery().fallback(ADA, new RestorePoint.Version(first.version()));
        }
    }

    /** What a fresh process does after the one that fell back is gone: leases expire, nights and scrubs come. */
    void converge() {
        try (Orchestrator pfm = node(site.store, site.blobs)) {
            for (int round = 0; round < ROUNDS && !isDone(pfm); round++) {
                site.time.advance(Duration.ofMinutes(2));
                try {
                    if (kind == Kind.RESTORE
                            && namespace(pfm).state() != NamespaceState.FALLBACK
                            && count(pfm, "FALLBACK_COMPLETED") == 0) {
                        fallBack(pfm);
                    }
                    pfm.merges().runNight();
                    site.scrub(pfm);
                } catch (PfmException e) {
                    throw new AssertionError("round " + round, e);
                }
            }
        }
    }

    private boolean isDone(Orchestrator pfm) {
        return namespace(pfm).state() == NamespaceState.ACTIVE
                && count(pfm, "FALLBACK_COMPLETED") == 1
                && site.time.instant().isAfter(before.createdAt().plus(Duration.ofMinutes(2)));
    }

    /** Checks what must hold once it is done, and gives the hash of the newest checkpoint. */
    Sha256 check() {
        try (Orchestrator pfm = node(site.store, site.blobs)) {
            NamespaceRow namespace = namespace(pfm);
            assertThat(namespace.state()).isEqualTo(NamespaceState.ACTIVE);
            List<CheckpointRow> rows = pfm.checkpoints().list(ADA, ALL);
            assertThat(rows.stream().map(CheckpointRow::version).sorted())
                    .as("versions")
                    .containsExactlyElementsOf(LongStream.rangeClosed(1, namespace.checkpointVersion())
                            .boxed()
                            .toList());
            CheckpointRow newest = rows.get(0);
            assertThat(pfm.checkpoints().verify(ADA, newest.version()))
                    .as("the newest checkpoint")
                    .isEqualTo(new Verification.Intact(newest.checkpointHash()));
            List<EventRow> events = events(pfm);
            RecordedLog log = RecordedLog.of(events);
            assertThat(log.history().eventHead()).isEqualTo(namespace.eventHead());
            assertThat(log.fallback()).as("an open fallback").isEmpty();
            assertThat(log.checkpoints().keySet()).hasSize(rows.size());
            assertThat(operations(events, "FALLBACK_INITIATED"))
                    .as("initiated")
                    .isEqualTo(operations(events, "FALLBACK_COMPLETED"))
                    .hasSize(1);
            assertThat(count(pfm, "FALLBACK_INITIATED")).as("initiated").isEqualTo(1);
            assertThat(count(pfm, "FALLBACK_COMPLETED")).as("completed").isEqualTo(1);
            assertThat(count(pfm, "FALLBACK_FAILED")).as("failed").isZero();
            if (kind != Kind.LAG) {
                assertThat(newest.checkpointHash()).isEqualTo(first.checkpointHash());
            }
            assertThat(newest.version())
                    .as("one checkpoint more, if any")
                    .isEqualTo(kind == Kind.MIRROR ? before.version() : before.version() + 1);
            return newest.checkpointHash();
        }
    }

    /** What the event log adds up to, its length included. */
    Sha256 digest() {
        try (Orchestrator pfm = node(site.store, site.blobs)) {
            return NamespaceHistory.EMPTY.after(events(pfm)).digest();
        }
    }

    private static NamespaceRow namespace(Orchestrator pfm) {
        return pfm.namespaces().get(ADA);
    }

    private static List<EventRow> events(Orchestrator pfm) {
        return pfm.namespaces().events(ADA, 1, ALL);
    }

    private static long count(Orchestrator pfm, String type) {
        return events(pfm).stream().filter(event -> event.type().equals(type)).count();
    }

    private static Set<String> operations(List<EventRow> events, String type) {
        return events.stream()
                .filter(event -> event.type().equals(type))
                .map(EventRow::payload)
                .map(FallbackScene::operation)
                .collect(Collectors.toSet());
    }

    private static String operation(String payload) {
        Matcher matcher = OPERATION.matcher(payload);
        assertThat(matcher.find()).as(payload).isTrue();
        return matcher.group(1);
    }
}

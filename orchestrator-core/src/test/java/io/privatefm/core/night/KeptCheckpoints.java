/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.EngineFixture;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.journal.NamespaceHistory;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.VariantRow;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Fixture: what must hold of a learner's checkpoints whatever retention and orphan collection did. */
final class KeptCheckpoints {
    private static final int ALL = 10_000;

    private final EngineFixture engine;
    private final LearnerId learner;

    KeptCheckpoints(EngineFixture engine, LearnerId learner) {
        this.engine = engine;
        this.learner = learner;
    }

    /** The versions are one run up to the newest, their blobs are there, and the event log says the same as the rows. */
    void check() {
        NamespaceRow namespace = namespace();
        List<CheckpointRow> rows = rows();
        long newest = namespace.checkpointVersion();
        assertThat(versions())
                .as("one run of versions up to %s", newest)
                .containsExactlyElementsOf(LongStream.rangeClosed(newest - rows.size() + 1, newest)
                        .boxed()
                        .toList());
        assertThat(newest == 0 || !rows.isEmpty()).as("the newest is there").isTrue();
        Set<Sha256> blobs = engine.blobs.list(namespace.nsUid()).stream()
                .map(StoredBlob::name)
                .collect(Collectors.toSet());
        assertThat(blobs)
                .as("blobs that are referred to")
                .containsAll(engine.store.<Set<Sha256>>inTransaction(
                        tx -> tx.orphans().referenced(namespace.nsUid())));
        NamespaceHistory history = history();
        assertThat(history.eventHead()).isEqualTo(namespace.eventHead());
        assertThat(history.legalHold()).isEqualTo(namespace.legalHold());
        assertThat(history.foundationRelease()).isEqualTo(namespace.foundationRelease());
        assertThat(history.checkpoints()).as("replayed checkpoints").isEqualTo(published(rows));
    }

    /** Versions that are there, ascending. */
    List<Long> versions() {
        return rows().stream().map(CheckpointRow::version).sorted().toList();
    }

    /** Newest first. */
    List<CheckpointRow> rows() {
        return pfm().checkpoints().list(learner, ALL);
    }

    /** Versions that are what they were, ascending. */
    NavigableSet<Long> sound() {
        NavigableSet<Long> sound = new TreeSet<>();
        for (CheckpointRow row : rows()) {
            try {
                if (pfm().checkpoints().verify(learner, row.version()) instanceof Verification.Intact) {
                    sound.add(row.version());
                }
            } catch (PfmException e) {
                assertThat(e).hasMessageContaining("version " + row.version());
            }
        }
        return sound;
    }

    NamespaceHistory history() {
        return NamespaceHistory.EMPTY.after(pfm().namespaces().events(learner, 1, ALL));
    }

    NamespaceRow namespace() {
        return pfm().namespaces().get(learner);
    }

    private Orchestrator pfm() {
        return engine.orchestrator();
    }

    private static Map<Long, NamespaceHistory.Published> published(List<CheckpointRow> rows) {
        Map<Long, NamespaceHistory.Published> published = new TreeMap<>();
        for (CheckpointRow row : rows) {
            published.put(
                    row.version(),
                    new NamespaceHistory.Published(
                            row.checkpointHash(),
                            row.foundationRelease(),
                            row.foundationHash(),
                            new TreeMap<>(row.variants().stream()
                                    .collect(Collectors.toMap(VariantRow::name, VariantRow::contentHash)))));
        }
        return published;
    }
}

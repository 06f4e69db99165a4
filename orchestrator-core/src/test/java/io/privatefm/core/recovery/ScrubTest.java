/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static io.privatefm.core.recovery.RecoveryFixture.onlyResult;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.privatefm.core.AdapterFixture;
import io.privatefm.core.EngineFixture;
import io.privatefm.core.ModelFixture;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.recovery.Finding;
import io.privatefm.spi.recovery.ReplayReport;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.ScrubRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A scrub")
class ScrubTest {
    private final EngineFixture engine = new EngineFixture();
    private final RecoveryFixture ada = new RecoveryFixture(engine);

    @AfterEach
    void close() {
        engine.close();
    }

    @ParameterizedTest
    @EnumSource(ScrubLevel.class)
    @DisplayName("of what is sound finds nothing, on every level and in every layout")
    void sound(ScrubLevel level) {
        engine.checkpoint(MergePolicy.DEFAULT.withLayout(Layout.FULL), MATH, READING);
        engine.register(MATH, 3);
        engine.merge();
        long events = ada.namespace().eventHead();

        assertThat(ada.findings(level)).isEmpty();

        ScrubRow row = engine.orchestrator().recovery().lastScrub(ADA).orElseThrow();
        assertThat(row.level()).isEqualTo(level);
        assertThat(row.verdict()).isEmpty();
        assertThat(ada.namespace().eventHead()).isEqualTo(events);
        assertThat(engine.blobs.openHandles()).isZero();
    }

    @Test
    @DisplayName(
            "names every damaged blob and what it is: manifest, variant, adapter, and whether the newest version needs it")
    void everyBlob() {
        CheckpointRow first = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.register(MATH, 3);
        CheckpointRow second = engine.merge();
        TreeSet<Sha256> all = new TreeSet<>(engine.blobs.committed());
        for (Sha256 blob : all) {
            engine.blobs.damage(blob, RecoveryFixture::flipLast);
        }

        List<Finding> findings = ada.findings(ScrubLevel.L0);

        assertThat(findings).hasSize(all.size()).allMatch(finding -> finding.verdict() == Verdict.BIT_ROT);
        for (Sha256 blob : all) {
            assertThat(findings)
                    .filteredOn(finding -> finding.place().contains(blob.hex()))
                    .hasSize(1);
        }
        assertThat(findings).filteredOn(Finding::newest).hasSize(2);
        assertThat(findings)
                .filteredOn(
                        finding -> finding.place().contains(first.manifestBlob().hex()))
                .allMatch(finding -> finding.version().getAsLong() == 1 && !finding.newest());
        assertThat(findings)
                .filteredOn(finding ->
                        finding.place().contains(second.manifestBlob().hex()))
                .allMatch(finding -> finding.version().getAsLong() == 2 && finding.newest());
    }

    @Test
    @DisplayName("tells what it found once, not at every run")
    void toldOnce() {
        ada.damage(engine.checkpoint(MergePolicy.DEFAULT, MATH));

        ada.findings(ScrubLevel.L0);
        ada.findings(ScrubLevel.L0);

        assertThat(engine.events.events(LifecycleEvent.DamageFound.class)).hasSize(2);
        ScrubRow row = engine.orchestrator().recovery().lastScrub(ADA).orElseThrow();
        assertThat(row.foundAt()).get().isEqualTo(row.at().minusSeconds(1));
    }

    @Test
    @DisplayName("finds a missing blob, a missing version and a missing event")
    void missing() {
        CheckpointRow first = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.register(MATH, 3);
        engine.merge();
        engine.blobs.lose(first.manifestBlob());
        ada.tamper(tx -> {
            NamespaceRow row = tx.find(ADA).orElseThrow();
            tx.compareAndSet(row, row.withEventHead(row.eventHead() + 1).nextRevision());
            tx.removeCheckpoint(row.nsUid(), 2);
        });

        List<Finding> findings = ada.findings(ScrubLevel.L0);

        assertThat(findings)
                .extracting(Finding::verdict, Finding::place)
                .contains(tuple(Verdict.ROW_DAMAGED, "checkpoint rows"), tuple(Verdict.BIT_ROT, "event log"));
        assertThat(findings).extracting(Finding::verdict).contains(Verdict.MISSING);
    }

    @Test
    @DisplayName("looks at those first that were not scrubbed for longest, and goes on where it was stopped")
    void resumes() {
        List<LearnerId> learners = new ArrayList<>();
        for (int number = 0; number < 5; number++) {
            LearnerId learner = LearnerId.of("learner-" + number);
            learners.add(learner);
            engine.orchestrator().namespaces().provision(learner, List.of(MATH));
        }
        engine.storeTime.advance(Duration.ofDays(2));
        ScrubRequest two = ScrubRequest.DEFAULT.withMostNamespaces(2);

        List<Integer> looked = new ArrayList<>();
        for (int run = 0; run < 4; run++) {
            looked.add(engine.orchestrator().recovery().scrub(two).namespaces());
            engine.storeTime.advance(Duration.ofHours(1));
        }

        assertThat(looked).containsExactly(2, 2, 1, 0);
        assertThat(learners)
                .extracting(learner -> engine.orchestrator()
                        .recovery()
                        .lastScrub(learner)
                        .orElseThrow()
                        .at())
                .isSorted();
    }

    @Test
    @DisplayName("reads no more bytes a second than it may")
    void paced() {
        engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        List<Duration> pauses = new ArrayList<>();
        engine.restart(engine.builder(pauses::add));

        ScrubReport report = ada.scrub(ScrubRequest.DEFAULT.withBytesPerSecond(1_000));

        long nanos = pauses.stream().mapToLong(Duration::toNanos).sum();
        assertThat(report.bytes()).isGreaterThan(5_000);
        assertThat(nanos).isBetween((report.bytes() - 1_000) * 1_000_000, report.bytes() * 1_000_000);
    }

    @Test
    @DisplayName("at level 3 computes the newest checkpoint once more, and names the tensors that differ")
    void replay() {
        engine.checkpoint(MergePolicy.DEFAULT, MATH);
        assertThat(engine.orchestrator().recovery().prove(ADA)).isInstanceOf(ReplayReport.Equal.class);
        int committed = engine.blobs.committed().size();

        assertThat(ada.findings(ScrubLevel.L3)).isEmpty();
        assertThat(engine.blobs.committed()).as("it was computed").hasSizeGreaterThan(committed);
    }

    @Test
    @DisplayName("that cannot tell says so, and leaves the other namespaces alone")
    void unreadable() {
        engine.checkpoint(MergePolicy.DEFAULT, MATH);
        LearnerId bob = LearnerId.of("bob");
        engine.orchestrator().namespaces().provision(bob, List.of(MATH));
        engine.orchestrator()
                .adapters()
                .register(bob, MATH, AdapterFixture.tiny(9).files());
        engine.foundation.put("r1", ModelFixture.tiny(2).files());

        ScrubReport report = ada.scrub();

        assertThat(report.namespaces()).isEqualTo(2);
        assertThat(onlyResult(report).learner()).isEqualTo(ADA);
        assertThat(onlyResult(report).unreadable())
                .hasValueSatisfying(why -> assertThat(why).contains("FOUNDATION_WRONG"));
        assertThat(onlyResult(report).findings()).isEmpty();
    }
}

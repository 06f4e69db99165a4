/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import static io.privatefm.core.EngineFixture.ADA;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.EngineFixture;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.Finding;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.StoreTx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Fixture: what tests of recovery do with Ada's namespace. */
final class RecoveryFixture {
    private final EngineFixture engine;

    RecoveryFixture(EngineFixture engine) {
        this.engine = engine;
    }

    /** Scrubs everything at level 2, and falls back. */
    ScrubReport scrub() {
        return scrub(ScrubRequest.DEFAULT);
    }

    ScrubReport scrub(ScrubRequest request) {
        engine.storeTime.advance(Duration.ofSeconds(1));
        return engine.orchestrator().recovery().scrub(request.withNotSince(Duration.ZERO));
    }

    List<Finding> findings(ScrubLevel level) {
        List<Finding> findings = new ArrayList<>();
        scrub(ScrubRequest.DEFAULT.withLevel(level).withRecover(false))
                .results()
                .forEach(result -> findings.addAll(result.findings()));
        return findings;
    }

    static ScrubReport.Result onlyResult(ScrubReport report) {
        assertThat(report.results()).hasSize(1);
        return report.results().get(0);
    }

    static FallbackOutcome outcome(ScrubReport report) {
        return onlyResult(report).fallback().orElseThrow();
    }

    static FallbackOutcome.Recovered recovered(FallbackOutcome outcome) {
        assertThat(outcome).isInstanceOf(FallbackOutcome.Recovered.class);
        return (FallbackOutcome.Recovered) outcome;
    }

    void assertSound(CheckpointRow row) {
        assertThat(engine.orchestrator().checkpoints().verify(ADA, row.version()))
                .isEqualTo(new Verification.Intact(row.checkpointHash()));
    }

    NamespaceRow namespace() {
        return engine.orchestrator().namespaces().get(ADA);
    }

    CheckpointRow latest() {
        return engine.orchestrator().checkpoints().latest(ADA).orElseThrow();
    }

    List<AdapterRow> adapters() {
        return engine.orchestrator().adapters().current(ADA);
    }

    List<String> eventTypes() {
        return engine.orchestrator().namespaces().events(ADA, 1, 1000).stream()
                .map(EventRow::type)
                .toList();
    }

    /** Writes into the store past the engine. */
    void tamper(Consumer<StoreTx> writes) {
        engine.store.inTransaction(tx -> {
            writes.accept(tx);
            return true;
        });
    }

    /** Turns the last bit of every blob of a checkpoint. */
    void damage(CheckpointRow row) {
        blobs(row).forEach(blob -> engine.blobs.damage(blob, RecoveryFixture::flipLast));
    }

    static Set<Sha256> blobs(CheckpointRow row) {
        Set<Sha256> blobs = new TreeSet<>();
        blobs.add(row.manifestBlob());
        row.variants().forEach(variant -> blobs.add(variant.blob()));
        return blobs;
    }

    static byte[] flipLast(byte[] bytes) {
        byte[] flipped = bytes.clone();
        flipped[flipped.length - 1] ^= 1;
        return flipped;
    }
}

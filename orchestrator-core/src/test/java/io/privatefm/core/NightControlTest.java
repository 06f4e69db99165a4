/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.EarlyEnd;
import io.privatefm.spi.merge.EarlyEnd.Cause;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A night that is to end early")
class NightControlTest {
    private static final int LEARNERS = 5;

    private final EngineFixture engine = new EngineFixture();
    private final ManualTime time = new ManualTime();
    private final Orchestrator orchestrator = engine.restart(engine.builder().clock(time));
    private final Orchestrator another = engine.builder().clock(time).build();

    @AfterEach
    void close() {
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        another.close();
        engine.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {"CANCELLED", "DEADLINE", "PAUSED"})
    @DisplayName(
            "does so in the middle of a merge, which leaves nothing; the next night does the rest, with the same hashes")
    void inTheMiddle(Cause cause) {
        learners(engine);
        Instant deadline = time.instant().plus(Duration.ofHours(4));
        int[] segments = {0};
        engine.blobs.corruptWrites(
                bytes -> { // the third namespace's blob is being written
                    if (engine.events
                                            .events(LifecycleEvent.NightProgressed.class)
                                            .size()
                                    == 2
                            && segments[0]++ == 0) {
                        switch (cause) {
                            case CANCELLED -> orchestrator.merges().cancelNight();
                            case DEADLINE -> time.advance(Duration.ofHours(4));
                            default -> orchestrator.merges().pauseNights("a disk is full");
                        }
                    }
                    return bytes;
                });

        NightReport report = orchestrator.merges().runNight(deadline);

        engine.blobs.heal();
        assertThat(report.early()).get().extracting(EarlyEnd::cause).isEqualTo(cause);
        assertThat(report.merged()).isEqualTo(2);
        assertThat(report.left()).isEqualTo(LEARNERS - 2);
        assertThat(report.namespaces()).isEqualTo(LEARNERS);
        assertThat(report.upToDate()).isZero();
        assertThat(engine.events.events(LifecycleEvent.NightEndedEarly.class))
                .containsExactly(
                        new LifecycleEvent.NightEndedEarly(report.early().get(), LEARNERS - 2));
        assertThat(engine.events.events(LifecycleEvent.NightEnded.class))
                .containsExactly(new LifecycleEvent.NightEnded(
                        deadline.minus(Duration.ofHours(4)),
                        LEARNERS,
                        0,
                        LEARNERS,
                        2,
                        0,
                        0,
                        LEARNERS - 2,
                        report.early(),
                        cause == Cause.DEADLINE ? Duration.ofHours(4) : Duration.ZERO));
        assertThat(engine.events.events(LifecycleEvent.MergeFailed.class)).isEmpty();
        assertWaiting(learner(2));
        orchestrator.merges().resumeNights();
        NightReport next = another.merges().runNight();
        assertThat(next.merged()).isEqualTo(LEARNERS - 2);
        assertThat(next.upToDate()).isEqualTo(2);
        assertThat(next.early()).isEmpty();
        assertThat(hashes(engine)).isEqualTo(undisturbed());
    }

    /** As before the night: active, no lease, no checkpoint, no blob but the adapter's. */
    private void assertWaiting(LearnerId learner) {
        NamespaceRow row = orchestrator.namespaces().get(learner);
        assertThat(row.state()).isEqualTo(NamespaceState.ACTIVE);
        assertThat(row.checkpointVersion()).isZero();
        assertThat(engine.store.<Boolean>inTransaction(tx -> tx.leases()
                        .acquire("ns:" + row.nsUid(), "somebody", Duration.ofMillis(1))
                        .isPresent()))
                .as("no lease")
                .isTrue();
        engine.storeTime.advance(Duration.ofSeconds(1));
        assertThat(engine.blobs.list(row.nsUid()))
                .as("as many blobs as one has that was not begun")
                .hasSameSizeAs(engine.blobs.list(
                        orchestrator.namespaces().get(learner(LEARNERS - 1)).nsUid()));
    }

    @Test
    @DisplayName("does so between two namespaces, at its deadline")
    void between() {
        learners(engine);
        engine.blobs.onCommit(() -> time.advance(Duration.ofHours(1)));

        NightReport report = orchestrator.merges().runNight(time.instant().plus(Duration.ofMinutes(30)));

        assertThat(report.early()).contains(new EarlyEnd(Cause.DEADLINE, "it was to end at 2026-01-01T00:30:00Z"));
        assertThat(report.merged()).isEqualTo(1);
        assertThat(report.left()).isEqualTo(LEARNERS - 1);
    }

    @Test
    @DisplayName("does not begin while nights are paused, in no process of the store, and says why")
    void paused() {
        learners(engine);
        orchestrator.merges().pauseNights("a move to other disks");
        another.merges().pauseNights("another reason");

        NightReport report = another.merges().runNight();

        assertThat(report.early())
                .contains(new EarlyEnd(
                        Cause.PAUSED, "nights are paused since 2026-01-01T00:00:00Z: a move to other disks"));
        assertThat(report.namespaces()).isZero();
        assertThat(engine.events.events())
                .endsWith(
                        new LifecycleEvent.NightEndedEarly(report.early().get(), 0),
                        new LifecycleEvent.NightEnded(
                                time.instant(), 0, 0, 0, 0, 0, 0, 0, report.early(), Duration.ZERO));
        assertThat(another.merges().pausedNights()).contains("a move to other disks");
        assertThat(orchestrator.merges().mergeNow(learner(0)))
                .as("a single merge")
                .isInstanceOf(io.privatefm.spi.merge.MergeOutcome.Merged.class);
        another.merges().resumeNights();
        another.merges().resumeNights();
        assertThat(orchestrator.merges().pausedNights()).isEmpty();
        assertThat(orchestrator.merges().runNight().merged()).isEqualTo(LEARNERS - 1);
    }

    @Test
    @DisplayName("notices another process's pause after ten seconds of merging at the latest")
    void pausedElsewhere() {
        learners(engine);
        int[] commits = {0};
        engine.blobs.onCommit(() -> {
            if (commits[0]++ == 0) {
                another.merges().pauseNights("by another");
            }
            time.advance(Duration.ofSeconds(2)); // two commits for each namespace, a blob's and a manifest's
        });

        NightReport report = orchestrator.merges().runNight();

        assertThat(report.early()).get().extracting(EarlyEnd::cause).isEqualTo(Cause.PAUSED);
        assertThat(report.merged()).isEqualTo(3);
    }

    @Test
    @DisplayName("is the one that is cancelled, not the next")
    void cancelledBefore() {
        learners(engine);
        orchestrator.merges().cancelNight();

        NightReport report = orchestrator.merges().runNight();

        assertThat(report.early()).isEqualTo(Optional.empty());
        assertThat(report.merged()).isEqualTo(LEARNERS);
    }

    @Test
    @DisplayName("did not if it was done before")
    void afterItsEnd() {
        learners(engine);
        engine.blobs.onCommit(() -> time.advance(Duration.ofMinutes(1)));

        NightReport report = orchestrator.merges().runNight(time.instant().plus(Duration.ofMinutes(2 * LEARNERS)));

        assertThat(report.early()).isEmpty();
        assertThat(report.merged()).isEqualTo(LEARNERS);
        assertThat(engine.events.events(LifecycleEvent.NightProgressed.class))
                .extracting(LifecycleEvent.NightProgressed::left)
                .as("two minutes for each that is left")
                .containsExactly(
                        Duration.ofMinutes(8),
                        Duration.ofMinutes(6),
                        Duration.ofMinutes(4),
                        Duration.ofMinutes(2),
                        Duration.ZERO);
    }

    @Test
    @DisplayName("needs a reason to be paused")
    void reasons() {
        for (String reason : new String[] {"", " ", "x".repeat(1001)}) {
            assertThatThrownBy(() -> orchestrator.merges().pauseNights(reason))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("a pause needs a reason of 1 to 1000 characters");
        }
    }

    private static void learners(EngineFixture engine) {
        for (int i = 0; i < LEARNERS; i++) {
            engine.orchestrator().namespaces().provision(learner(i), List.of(MATH, READING));
            engine.orchestrator()
                    .adapters()
                    .register(learner(i), MATH, AdapterFixture.tiny(i).files());
        }
    }

    /** The content hashes of the variants that a night gives which nobody stops. */
    private static List<Sha256> undisturbed() {
        try (EngineFixture other = new EngineFixture()) {
            learners(other);
            other.orchestrator().merges().runNight();
            return hashes(other);
        }
    }

    private static List<Sha256> hashes(EngineFixture engine) {
        List<Sha256> hashes = new ArrayList<>();
        for (int i = 0; i < LEARNERS; i++) {
            assertThat(engine.orchestrator().checkpoints().verify(learner(i), 1))
                    .isInstanceOf(Verification.Intact.class);
            engine.orchestrator()
                    .checkpoints()
                    .get(learner(i), 1)
                    .variants()
                    .forEach(row -> hashes.add(row.contentHash()));
        }
        return hashes;
    }

    private static LearnerId learner(int number) {
        return LearnerId.of(String.format(Locale.ROOT, "learner-%04d", number));
    }
}

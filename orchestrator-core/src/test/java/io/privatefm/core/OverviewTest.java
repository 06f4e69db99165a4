/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.journal.Anchors;
import io.privatefm.core.memory.InProcessBus;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.recovery.RebasePolicy;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceCount;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The overview")
class OverviewTest {
    private final EngineFixture engine = new EngineFixture();

    @AfterEach
    void close() {
        engine.close();
    }

    private Overview overview() {
        return engine.orchestrator().overview();
    }

    @Test
    @DisplayName(
            "counts namespaces, those as due whose rows say so; that a new release makes all due, a night finds out")
    void counts() {
        assertThat(overview().namespaces()).isEmpty();
        engine.checkpoint(MergePolicy.DEFAULT, MATH);
        learner(1);
        assertThat(overview().namespaces()).containsExactly(count(NamespaceState.ACTIVE, "r1", false, 2));
        engine.register(MATH, 3);
        assertThat(overview().namespaces())
                .containsExactly(
                        count(NamespaceState.ACTIVE, "r1", false, 1), count(NamespaceState.ACTIVE, "r1", true, 1));
        engine.merge();
        engine.foundation.put("r2", ModelFixture.tiny(2).files());
        engine.restart(engine.builder().rebase(new RebasePolicy.FollowLatest()));

        assertThat(overview().namespaces()).containsExactly(count(NamespaceState.ACTIVE, "r1", false, 2));
        assertThat(engine.orchestrator().merges().runNight().merged()).isEqualTo(2);
        assertThat(overview().namespaces()).containsExactly(count(NamespaceState.ACTIVE, "r2", false, 2));
    }

    private static NamespaceCount count(NamespaceState state, String release, boolean due, long count) {
        return new NamespaceCount(state, release, due, count);
    }

    @Test
    @DisplayName("says how far a release is behind the newest, and that there is none of a name")
    void lag() {
        for (int release = 2; release <= 4; release++) {
            engine.foundation.put("r" + release, ModelFixture.tiny(release).files());
        }

        assertThat(overview().lag("r4")).isZero();
        assertThat(overview().lag("r1")).isEqualTo(3);
        assertThatThrownBy(() -> overview().lag("r5"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the foundation store has no release 'r5'");
    }

    @Test
    @DisplayName("shows a namespace with its lag, its newest checkpoint and its last scrub")
    void summary() {
        NamespaceRow row = engine.provision(MATH);
        NamespaceSummary first = overview().of(ADA);
        assertThat(first.row()).isEqualTo(row);
        assertThat(first.lag()).isZero();
        assertThat(first.due()).isFalse();
        assertThat(first.newest()).isEmpty();
        assertThat(first.scrub()).isEmpty();

        engine.register(MATH, 1);
        assertThat(overview().of(ADA).due()).isTrue();
        engine.merge();
        engine.register(MATH, 2);
        CheckpointRow newest = engine.merge();
        engine.foundation.put("r2", ModelFixture.tiny(2).files());
        engine.orchestrator().recovery().scrub(ScrubRequest.DEFAULT.withNotSince(Duration.ZERO));

        NamespaceSummary last = overview().of(ADA);
        assertThat(last.row()).isEqualTo(engine.orchestrator().namespaces().get(ADA));
        assertThat(last.lag()).isEqualTo(1);
        assertThat(last.due()).isFalse();
        assertThat(last.newest()).contains(newest);
        assertThat(last.scrub())
                .isEqualTo(engine.orchestrator().recovery().lastScrub(ADA))
                .isPresent();
        assertThatThrownBy(() -> overview().of(LearnerId.of("nobody")))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND));
    }

    @Test
    @DisplayName("shows a namespace whose release is gone: its lag is not known, and the others are shown with it")
    void unknownRelease() {
        learner(1);
        engine.foundation.put("r2", ModelFixture.tiny(2).files());
        learner(2);
        engine.foundation.remove("r1");

        assertThat(overview().page(null, 9))
                .extracting(NamespaceSummary::lag)
                .containsExactly(NamespaceSummary.UNKNOWN_LAG, 0);
    }

    @Test
    @DisplayName("goes through all namespaces page by page, each page read at one moment")
    void pages() {
        List<NamespaceRow> rows = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            rows.add(learner(i));
        }
        SteppedStore store = new SteppedStore(engine.store);
        List<NamespaceRow> found = new ArrayList<>();
        try (Orchestrator orchestrator =
                Orchestrator.builder(store, engine.blobs, engine.foundation).build()) {
            store.restart();
            @Nullable LearnerId after = null;
            for (List<NamespaceSummary> page = orchestrator.overview().page(after, 3);
                    !page.isEmpty();
                    page = orchestrator.overview().page(after, 3)) {
                page.forEach(summary -> found.add(summary.row()));
                after = page.get(page.size() - 1).row().learner();
            }
            assertThat(store.count()).as("transactions").isEqualTo(4);
        }

        assertThat(found).isEqualTo(rows);
    }

    @Test
    @DisplayName("says how many messages wait, where there is a bus")
    void outbox() {
        assertThat(overview().outboxDepth()).isEmpty();
        engine.restart(engine.builder().eventBus(new InProcessBus()));
        assertThat(overview().outboxDepth()).hasValue(0);

        engine.provision(MATH);

        assertThat(overview().outboxDepth()).hasValue(1);
        engine.orchestrator().upkeep().relayMessages();
        assertThat(overview().outboxDepth()).hasValue(0);
    }

    @Test
    @DisplayName("says how far the audit log is signed, and how many entries wait for that")
    void audit() throws Exception {
        engine.restart(engine.builder()
                .audit(
                        "example.org/audit",
                        KeyPairGenerator.getInstance("Ed25519").generateKeyPair(),
                        new Anchors()));
        engine.provision(MATH);
        engine.register(MATH, 1);
        assertThat(overview().audit().head()).isEmpty();
        assertThat(overview().audit().unsequenced()).isEqualTo(2);

        engine.orchestrator().upkeep().sequenceAudit();
        engine.merge();

        assertThat(overview().audit().head())
                .isEqualTo(engine.store.inTransaction(tx -> tx.audit().newestHead()))
                .get()
                .extracting(head -> head.size())
                .isEqualTo(2L);
        assertThat(overview().audit().unsequenced()).isPositive();
    }

    @Test
    @DisplayName("says when the namespace was scrubbed that has waited the longest, and whether one never was")
    void scrubs() {
        assertThat(overview().scrubs().oldest()).isEmpty();
        assertThat(overview().scrubs().someNever()).isFalse();
        learner(1);
        assertThat(overview().scrubs().someNever()).isTrue();
        engine.orchestrator().recovery().scrub(ScrubRequest.DEFAULT);
        Instant first = engine.storeTime.instant();
        engine.storeTime.advance(Duration.ofHours(1));
        learner(2);

        assertThat(overview().scrubs().oldest()).contains(first);
        assertThat(overview().scrubs().someNever()).isTrue();
        engine.orchestrator().recovery().scrub(ScrubRequest.DEFAULT.withNotSince(Duration.ZERO));
        assertThat(overview().scrubs().oldest()).contains(first.plus(Duration.ofHours(1)));
        assertThat(overview().scrubs().someNever()).isFalse();
    }

    private NamespaceRow learner(int number) {
        LearnerId learner = LearnerId.of(String.format(Locale.ROOT, "learner-%d", number));
        return engine.orchestrator().namespaces().provision(learner, List.of(MATH));
    }
}

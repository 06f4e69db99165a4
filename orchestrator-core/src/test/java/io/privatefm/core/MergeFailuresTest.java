/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.PlanOutcome;
import io.privatefm.spi.observe.CorrelationScope;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.NamespaceRow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A merge that leads to no checkpoint")
class MergeFailuresTest {
    private final Intake intake = new Intake(InMemory.vault());
    private final EngineFixture engine = intake.engine;
    private final List<BusMessage> sent = new ArrayList<>();

    @BeforeEach
    void prepare() {
        intake.bus.subscribe("MERGE_FAILED", "test", sent::add);
        engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.register(MATH, 5);
    }

    @AfterEach
    void close() {
        intake.close();
    }

    private void night() {
        intake.orchestrator().merges().runNight();
        intake.orchestrator().upkeep().relayMessages();
    }

    /** The release has other bytes than it had: every merge on it is rejected. */
    private void spoil(long seed) {
        engine.foundation.put("r1", ModelFixture.tiny(seed).files());
    }

    @Test
    @DisplayName("is sent and audited once for a reason, night after night, with release and reason")
    void oncePerReason() {
        spoil(9);
        long head = intake.orchestrator().namespaces().get(ADA).eventHead();
        night();
        night();
        night();

        assertThat(engine.events.events(LifecycleEvent.MergeFailed.class))
                .as("listeners hear each time")
                .hasSize(3);
        assertThat(sent).singleElement().satisfies(message -> {
            assertThat(message.payload())
                    .contains(
                            "\"event\":\"MERGE_FAILED\"",
                            "\"foundation_release\":\"r1\"",
                            "\"learner_id\":\"ada\"",
                            "\"reason\":\"FOUNDATION_WRONG: ",
                            "\"seq\":3");
            assertThat(message.correlationId()).isEmpty();
        });
        assertThat(intake.audited("MERGE_FAILED")).hasSize(1);
        NamespaceRow row = intake.orchestrator().namespaces().get(ADA);
        assertThat(row.eventHead()).as("no event").isEqualTo(head);

        engine.foundation.put("r1", ModelFixture.tiny(1).files());
        night();
        assertThat(intake.orchestrator().checkpoints().latest(ADA).orElseThrow().version())
                .isEqualTo(2);
        assertThat(sent).hasSize(1);
    }

    @Test
    @DisplayName("is sent again when something has happened since, or for another reason, or in another request")
    void again() {
        spoil(9);
        night();
        intake.orchestrator().namespaces().setLegalHold(ADA, true);
        night();
        assertThat(sent).hasSize(2);

        try (CorrelationScope scope = intake.orchestrator().correlated("request-7")) {
            assertThat(scope).isNotNull();
            night();
        }
        assertThat(sent).as("the same, whoever asks").hasSize(2);
    }

    @Test
    @DisplayName("says of an error which kind it is, not its text; a caller who may repeat it hears it himself")
    void errors() {
        engine.blobs.onCommit(() -> {
            throw new UnavailableException("disk /mnt/secret is full");
        });
        try {
            intake.orchestrator().merges().mergeNow(ADA);
        } catch (UnavailableException e) {
            assertThat(e).hasMessageContaining("secret");
        }
        intake.orchestrator().upkeep().relayMessages();
        assertThat(sent).isEmpty();

        night();
        assertThat(sent)
                .singleElement()
                .satisfies(message -> assertThat(message.payload())
                        .contains("\"reason\":\"UNAVAILABLE\"")
                        .doesNotContain("secret"));
    }

    @Test
    @DisplayName("leaves a namespace that has nothing to do as settled as it was")
    void settled() {
        night();
        NamespaceRow before = intake.orchestrator().namespaces().get(ADA);
        assertThat(before.settled()).isPresent();
        var plan = ((PlanOutcome.Due) duePlan()).plan();
        assertThat(intake.orchestrator().merges().execute(ADA, plan)).isInstanceOf(MergeOutcome.Merged.class);
        NamespaceRow merged = intake.orchestrator().namespaces().get(ADA);
        assertThat(intake.orchestrator().merges().execute(ADA, plan)).isInstanceOf(MergeOutcome.Rejected.class);
        intake.orchestrator().upkeep().relayMessages();

        assertThat(sent).hasSize(1);
        assertThat(intake.orchestrator().namespaces().get(ADA).settled()).isEqualTo(merged.settled());
        assertThat(intake.orchestrator().merges().runNight().results()).isEmpty();
    }

    private PlanOutcome duePlan() {
        engine.register(MATH, 6);
        return intake.orchestrator().merges().plan(ADA);
    }

    @Test
    @DisplayName("is not sent for a learner who is being deleted")
    void deleted() {
        intake.delete(ADA);
        night();
        intake.orchestrator().upkeep().relayMessages();
        assertThat(sent).isEmpty();
        assertThat(intake.audit("inbox")).extracting(AuditRow::action).isEmpty();
    }
}

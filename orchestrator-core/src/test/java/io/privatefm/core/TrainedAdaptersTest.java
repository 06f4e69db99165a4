/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.inbox.NotYetException;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.store.AdapterRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An ADAPTER_TRAINED event")
class TrainedAdaptersTest {
    private static final String TOPIC = "ADAPTER_TRAINED";
    private static final Instant EARLY = Instant.parse("2026-02-01T00:00:00Z");
    private static final Instant LATE = Instant.parse("2026-02-02T00:00:00.123456Z");

    private final Intake intake = new Intake(InMemory.vault());

    @AfterEach
    void close() {
        intake.close();
    }

    private void provision() {
        intake.publish("ready", "PRIVATE_BRAIN_READY", Intake.ready(ADA, MATH, READING));
    }

    private void assertGivenUp(DeadLetter.Reason reason) {
        assertThat(intake.engine.events.events(LifecycleEvent.MessageGivenUp.class))
                .containsExactly(new LifecycleEvent.MessageGivenUp(TOPIC, reason));
        assertThat(intake.adapters()).isEmpty();
        assertThat(intake.orchestrator().namespaces().events(ADA, 1, 9)).hasSize(1);
    }

    @Nested
    @DisplayName("registers the adapter")
    class Registers {
        @Test
        @DisplayName("once, with when and on what it was trained, so that the next night merges it")
        void once() {
            provision();
            ObjectNode message = intake.trained(MATH, 1)
                    .put("trained_at", "2026-02-02T01:00:00.1234567+01:00")
                    .put(
                            "config_sha256",
                            Intake.sha256(intake.train(1), "adapter_config.json")
                                    .hex())
                    .put(
                            "trained_on",
                            ModelCheck.contentHash(ModelFixture.tiny(1).files(), 1)
                                    .hex());
            intake.publish("m-1", TOPIC, message);
            intake.publish("m-1", TOPIC, message);

            assertThat(intake.adapters()).hasSize(1);
            AdapterRow row = intake.adapters().get(0);
            assertThat(row.revision()).isEqualTo(1);
            assertThat(row.trainedAt()).as("to the microsecond").contains(LATE);
            assertThat(row.trainedOn()).isPresent();
            assertThat(intake.opened)
                    .as("a message that was taken opens nothing")
                    .containsExactly("a1");
            assertThat(intake.isTaken("m-1")).isTrue();
            assertThat(intake.orchestrator().namespaces().events(ADA, 2, 9))
                    .singleElement()
                    .satisfies(event -> {
                        assertThat(event.type()).isEqualTo("ADAPTER_REGISTERED");
                        assertThat(event.typeVersion()).isEqualTo(1);
                        assertThat(event.payload()).contains("\"trained_at\":\"" + LATE + "\"");
                    });
            assertThat(intake.orchestrator().merges().runNight().merged()).isEqualTo(1);
        }

        @Test
        @DisplayName("and notes the message also where the adapter is the newest revision already")
        void known() {
            provision();
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1));
            intake.publish("m-2", TOPIC, intake.trained(MATH, 1));

            assertThat(intake.adapters()).extracting(AdapterRow::revision).containsExactly(1);
            assertThat(intake.isTaken("m-2")).isTrue();
        }

        @Test
        @DisplayName("with the time of the message where it does not say when it was trained, and none without either")
        void messageTime() {
            provision();
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1), EARLY, null);
            intake.publish("m-2", TOPIC, intake.trained(READING, 1));

            assertThat(intake.adapters())
                    .extracting(AdapterRow::trainedAt)
                    .containsExactly(Optional.of(EARLY), Optional.empty());
        }

        @Test
        @DisplayName("not at all where no adapter store is known: others of the group may know one")
        void noStore() {
            intake.engine.restart(intake.engine.builder().eventBus(intake.bus)).start();
            provision();
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1));

            assertThat(intake.isTaken("m-1")).isFalse();
            assertThat(intake.engine.events.events(LifecycleEvent.MessageGivenUp.class))
                    .isEmpty();
        }

        @Test
        @DisplayName("of the same training again after a restore, with its time")
        void restored() {
            provision();
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1), EARLY, null);
            intake.orchestrator().merges().mergeNow(ADA);
            intake.publish("m-2", TOPIC, intake.trained(MATH, 2), LATE, null);
            intake.orchestrator().merges().mergeNow(ADA);
            intake.orchestrator().recovery().fallback(ADA, new RestorePoint.Version(1));

            assertThat(intake.adapters()).singleElement().satisfies(row -> {
                assertThat(row.revision()).isEqualTo(3);
                assertThat(row.trainedAt()).contains(EARLY);
            });
        }
    }

    @Nested
    @DisplayName("that comes late")
    class Late {
        @Test
        @DisplayName("is noted as out of date where a later training is registered, audited, and registers nothing")
        void outdated() {
            provision();
            intake.publish("m-2", TOPIC, intake.trained(MATH, 2).put("trained_at", LATE.toString()));
            long head = intake.orchestrator().namespaces().get(ADA).eventHead();
            intake.opened.clear();
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1).put("trained_at", EARLY.toString()));
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1).put("trained_at", EARLY.toString()));

            assertThat(intake.opened).isEmpty();
            assertThat(intake.isTaken("m-1")).isTrue();
            assertThat(intake.adapters()).extracting(AdapterRow::revision).containsExactly(1);
            assertThat(intake.orchestrator().namespaces().get(ADA).eventHead()).isEqualTo(head);
            assertThat(intake.audited("ADAPTER_OUTDATED")).hasSize(1);
            assertThat(intake.audited("ADAPTER_OUTDATED").get(0).details())
                    .as("encrypted")
                    .doesNotContain("math", "trained_at");
        }

        @Test
        @DisplayName("is out of date also where the same bytes were trained before and after it; they need no merge")
        void between() {
            provision();
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1), EARLY, null);
            intake.orchestrator().merges().mergeNow(ADA);
            intake.publish("m-3", TOPIC, intake.trained(MATH, 1), LATE, null);
            intake.publish("m-2", TOPIC, intake.trained(MATH, 2), EARLY.plusSeconds(1), null);

            assertThat(intake.adapters()).extracting(AdapterRow::revision).containsExactly(2);
            assertThat(intake.audited("ADAPTER_OUTDATED")).hasSize(1);
            assertThat(intake.orchestrator().merges().mergeNow(ADA)).isInstanceOf(MergeOutcome.UpToDate.class);
        }

        @Test
        @DisplayName("is registered where either time is not known, where both are equal, and for another subject")
        void notOutdated() {
            provision();
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1), LATE, null);
            intake.publish("m-2", TOPIC, intake.trained(MATH, 2));
            intake.publish("m-3", TOPIC, intake.trained(MATH, 3), EARLY, null);
            intake.publish("m-4", TOPIC, intake.trained(MATH, 4), EARLY, null);
            intake.publish("m-5", TOPIC, intake.trained(READING, 5), EARLY, null);

            assertThat(intake.adapters()).extracting(AdapterRow::revision).containsExactly(4, 1);
        }

        @Test
        @DisplayName("is absorbed where its learner was deleted: nothing is opened, nothing is given up")
        void deleted() {
            provision();
            intake.delete(ADA);
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1));

            assertThat(intake.opened).isEmpty();
            assertThat(intake.isTaken("m-1")).isTrue();
            assertThat(intake.orchestrator().namespaces().find(ADA)).isEmpty();
            assertThat(intake.engine.events.events(LifecycleEvent.MessageGivenUp.class))
                    .isEmpty();
        }

        @Test
        @DisplayName("is absorbed where its learner is deleted while the adapter is looked at")
        void deletedMeanwhile() {
            provision();
            intake.engine
                    .restart(intake.engine
                            .builder()
                            .eventBus(intake.bus)
                            .guardianAuthority(request -> new Decision.Granted("asked"))
                            .adapterStore(reference -> {
                                intake.delete(ADA);
                                return intake.train(1);
                            }))
                    .start();
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1));

            assertThat(intake.isTaken("m-1")).isTrue();
            assertThat(intake.orchestrator().namespaces().find(ADA)).isEmpty();
            assertThat(intake.engine.events.events(LifecycleEvent.MessageGivenUp.class))
                    .isEmpty();
        }
    }

    @Nested
    @DisplayName("is tried again a bounded number of times")
    class Bounded {
        @Test
        @DisplayName("before its learner has a namespace")
        void noNamespace() {
            assertThatThrownBy(() -> intake.publish("m-1", TOPIC, intake.trained(MATH, 1)))
                    .isInstanceOf(UnavailableException.class)
                    .hasCauseInstanceOf(NotYetException.class)
                    .satisfies(e -> assertThat(e.getCause()).hasMessageNotContaining("ada"));
            assertThat(intake.opened).isEmpty();

            provision();
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1));
            assertThat(intake.adapters()).hasSize(1);
        }

        @Test
        @DisplayName("while the adapter store does not answer")
        void storeDown() {
            provision();
            intake.trouble = new UnavailableException("the share is not mounted");
            assertThatThrownBy(() -> intake.publish("m-1", TOPIC, intake.trained(MATH, 1)))
                    .hasCauseInstanceOf(NotYetException.class);

            intake.trouble = null;
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1));
            assertThat(intake.adapters()).hasSize(1);
        }
    }

    @Test
    @DisplayName(
            "is tried again a bounded number of times while a file cannot be read, and without bound while the own blobs cannot be written")
    void disks() {
        provision();
        ObjectNode message = intake.trained(READING, 2).put("uri", "a3");
        InMemoryModelFiles whole = intake.train(2);
        intake.engine
                .restart(intake.engine.builder().eventBus(intake.bus).adapterStore(reference -> new ModelFiles() {
                    @Override
                    public String location() {
                        return whole.location();
                    }

                    @Override
                    public List<String> names() {
                        return whole.names();
                    }

                    @Override
                    public RangedFile open(String name) {
                        throw new UnavailableException("a bad sector");
                    }

                    @Override
                    public void close() {
                        // nothing is open
                    }
                }))
                .start();
        assertThatThrownBy(() -> intake.publish("m-1", TOPIC, message)).hasCauseInstanceOf(NotYetException.class);

        intake.engine.restart(intake.builder()).start();
        intake.engine.blobs.onCommit(() -> {
            throw new UnavailableException("the disk is full");
        });
        assertThatThrownBy(() -> intake.publish("m-1", TOPIC, message.put("uri", "a2")))
                .hasCauseInstanceOf(UnavailableException.class);
        intake.engine.blobs.onCommit(() -> {});
        intake.publish("m-1", TOPIC, message);
        assertThat(intake.adapters()).hasSize(1);
    }

    @Test
    @DisplayName("is delivered again for as long as the foundation is not what it was: that is not the message's fault")
    void foundation() {
        provision();
        intake.engine.foundation.promise("r1", Intake.sha256(intake.train(9), "adapter_config.json"));
        intake.orchestrator().merges().runNight();
        assertThatThrownBy(() -> intake.publish("m-1", TOPIC, intake.trained(MATH, 1)))
                .isInstanceOf(UnavailableException.class)
                .hasCauseInstanceOf(UnavailableException.class)
                .hasMessageContaining(ErrorCode.FOUNDATION_WRONG.name());
        assertThat(intake.isTaken("m-1")).isFalse();
    }

    @Nested
    @DisplayName("is refused for good, and registers nothing,")
    class Refused {
        @ParameterizedTest
        @ValueSource(strings = {"sha256", "config_sha256"})
        @DisplayName("if a file that was copied is not the one that it says")
        void otherBytes(String field) {
            provision();
            intake.publish(
                    "m-1",
                    TOPIC,
                    intake.trained(MATH, 1)
                            .put(
                                    field,
                                    Intake.sha256(intake.train(2), "adapter_model.safetensors")
                                            .hex()));

            assertGivenUp(DeadLetter.Reason.REFUSED);
            assertThat(intake.isTaken("m-1")).isFalse();
        }

        @Test
        @DisplayName("if the store has no such adapter")
        void noAdapter() {
            provision();
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1).put("uri", "a2"));

            assertGivenUp(DeadLetter.Reason.REFUSED);
        }

        @Test
        @DisplayName("if the namespace has no such subject, or the adapter was trained on another foundation")
        void misfit() {
            intake.publish("ready", "PRIVATE_BRAIN_READY", Intake.ready(ADA, READING));
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1));
            assertGivenUp(DeadLetter.Reason.REFUSED);
            intake.publish(
                    "m-2",
                    TOPIC,
                    intake.trained(READING, 1)
                            .put(
                                    "trained_on",
                                    Intake.sha256(intake.train(1), "adapter_config.json")
                                            .hex()));
            assertThat(intake.adapters()).isEmpty();
            assertThat(intake.audit("inbox")).hasSize(2);
        }

        @Test
        @DisplayName("if it was trained in the future: all that follow would be out of date")
        void future() {
            provision();
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1).put("trained_at", "2036-01-01T00:00:00Z"));

            assertGivenUp(DeadLetter.Reason.REFUSED);
        }

        @Test
        @DisplayName("or parked, if a later release wrote it")
        void unknownVersion() {
            provision();
            intake.publish("m-1", TOPIC, intake.trained(MATH, 1).put("version", 2));

            assertGivenUp(DeadLetter.Reason.UNKNOWN_VERSION);
        }

        @Test
        @DisplayName("and says what was expected and what was found")
        void message() {
            provision();
            String claimed =
                    Intake.sha256(intake.train(2), "adapter_model.safetensors").hex();
            String found =
                    Intake.sha256(intake.train(1), "adapter_model.safetensors").hex();
            Handlers handlers = new Handlers();
            intake.engine
                    .restart(intake.engine.builder().eventBus(handlers).adapterStore(reference -> intake.train(1)))
                    .start();

            assertThatThrownBy(() -> handlers.handle(new BusMessage(
                            "m-1",
                            TOPIC,
                            "ada",
                            intake.trained(MATH, 1).put("sha256", claimed).toString())))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_INVALID))
                    .hasMessage("adapter_model.safetensors: its bytes should have the SHA-256 " + claimed + " and have "
                            + found);
        }
    }
}

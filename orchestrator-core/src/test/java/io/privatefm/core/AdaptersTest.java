/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.PlanOutcome;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.VariantRow;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("An adapter")
class AdaptersTest {
    private final EngineFixture engine = new EngineFixture();
    private final InMemoryModelFiles files = AdapterFixture.tiny(5).files();

    @BeforeEach
    void provision() {
        engine.provision(MATH, READING);
    }

    @AfterEach
    void close() {
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        assertThat(files.openHandles()).as("open adapter files").isZero();
        engine.close();
    }

    @Nested
    @DisplayName("is registered")
    class Registered {
        @Test
        @DisplayName("as revision 1, with copies of its files, and says so in the event log")
        void first() {
            AdapterRow row = adapters().register(ADA, MATH, files);

            assertThat(row.revision()).isEqualTo(1);
            assertThat(row.subject()).isEqualTo(MATH);
            assertThat(row.trainedOn()).isEmpty();
            assertThat(row.changedBytes()).as("two times 128 and 64").isEqualTo(384);
            assertThat(payload(row.configBlob())).isEqualTo(bytes(files, "adapter_config.json"));
            assertThat(payload(row.weightsBlob())).isEqualTo(bytes(files, "adapter_model.safetensors"));
            assertThat(adapters().current(ADA)).containsExactly(row);
            EventRow event = events().get(1);
            assertThat(event)
                    .isEqualTo(new EventRow(
                            2,
                            "ADAPTER_REGISTERED",
                            1,
                            "{\"config_blob\":\"" + row.configBlob() + "\",\"digest\":\"" + row.digest()
                                    + "\",\"revision\":1,\"subject\":\"math\",\"trained_on\":null,\"weights_blob\":\""
                                    + row.weightsBlob() + "\"}",
                            row.registeredAt()));
            assertThat(engine.events.events(LifecycleEvent.AdapterRegistered.class))
                    .containsExactly(new LifecycleEvent.AdapterRegistered(row.nsUid(), MATH, 1));
        }

        @Test
        @DisplayName("once: the same adapter again is the revision that is there")
        void again() {
            AdapterRow first = adapters().register(ADA, MATH, files);

            assertThat(adapters().register(ADA, MATH, files)).isEqualTo(first);

            assertThat(adapters().current(ADA)).containsExactly(first);
            assertThat(events()).hasSize(2);
        }

        @Test
        @DisplayName("once, and listeners hear of it once: nothing happened the second time")
        void againIsNoEvent() {
            adapters().register(ADA, MATH, files);
            adapters().register(ADA, MATH, files);

            assertThat(engine.events.events(LifecycleEvent.AdapterRegistered.class))
                    .hasSize(1);
        }

        @Test
        @DisplayName("once, if only what a merge does not read differs: white space, order, training settings")
        void sameMeaning() {
            AdapterRow first = adapters().register(ADA, MATH, files);
            String config = AdapterFixture.tiny(5)
                    .field("base_model_name_or_path", TextNode.valueOf("/home/somebody/model"))
                    .field("peft_version", TextNode.valueOf("0.99"))
                    .config()
                    .replace("{", "{ \n");
            files.put("adapter_config.json", config);

            assertThat(adapters().register(ADA, MATH, files)).isEqualTo(first);
        }

        @Test
        @DisplayName("as the next revision when it differs, also when it returns to an older one")
        void revisions() {
            AdapterRow first = adapters().register(ADA, MATH, files);
            AdapterRow second =
                    adapters().register(ADA, MATH, AdapterFixture.tiny(6).files());
            AdapterRow third = adapters().register(ADA, MATH, files);

            assertThat(List.of(first, second, third))
                    .extracting(AdapterRow::revision)
                    .containsExactly(1, 2, 3);
            assertThat(third.digest()).isEqualTo(first.digest()).isNotEqualTo(second.digest());
            assertThat(adapters().current(ADA)).containsExactly(third);
            assertThat(events()).extracting(EventRow::seq).containsExactly(1L, 2L, 3L, 4L);
        }

        @Test
        @DisplayName("for each subject by itself")
        void subjects() {
            AdapterRow reading = adapters().register(ADA, READING, files);
            AdapterRow math = adapters().register(ADA, MATH, files);

            assertThat(math.revision()).isEqualTo(1);
            assertThat(adapters().current(ADA)).containsExactly(math, reading);
        }

        @Test
        @DisplayName("as a copy: what a trainer does to its files afterwards does not matter")
        void copied() {
            AdapterRow row = adapters().register(ADA, MATH, files);
            byte[] weights = bytes(files, "adapter_model.safetensors");
            files.put("adapter_model.safetensors", new byte[0]);

            assertThat(payload(row.weightsBlob())).isEqualTo(weights);
            assertThat(engine.merge().variants()).hasSize(1);
            files.put("adapter_model.safetensors", weights);
        }

        @Test
        @DisplayName("with the foundation that its trainer declares; declaring another one is another revision")
        void trainedOn() {
            Sha256 foundation = ModelCheck.contentHash(ModelFixture.tiny(1).files(), 1);
            adapters().register(ADA, MATH, files);

            AdapterRow row = adapters().register(ADA, MATH, files, Optional.of(foundation));

            assertThat(row.revision()).isEqualTo(2);
            assertThat(row.trainedOn()).contains(foundation);
            assertThat(events().get(2).payload()).contains("\"trained_on\":\"" + foundation + "\"");
        }

        @Test
        @DisplayName("from the adapter store by its reference")
        void byReference() {
            try (Orchestrator orchestrator = engine.builder()
                    .adapterStore(reference -> {
                        if (!reference.equals("trained/math")) {
                            throw new InvalidInputException(ErrorCode.ADAPTER_INVALID, "no " + reference);
                        }
                        return files;
                    })
                    .build()) {
                assertThat(orchestrator
                                .adapters()
                                .register(ADA, MATH, "trained/math")
                                .revision())
                        .isEqualTo(1);
                assertThatThrownBy(() -> orchestrator.adapters().register(ADA, MATH, "trained/other"))
                        .isInstanceOf(InvalidInputException.class)
                        .hasMessage("no trained/other");
            }
            assertThatThrownBy(() -> adapters().register(ADA, MATH, "trained/math"))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                    .hasMessage("no adapter store is configured; pass one to the builder");
        }

        @Test
        @DisplayName("on terms: by the foundation and the weights that its trainer declares, new or known")
        void onTerms() {
            RegistrationTerms terms = new RegistrationTerms(
                    Optional.of(ModelCheck.contentHash(ModelFixture.tiny(1).files(), 1)),
                    Optional.of(sha(bytes(files, "adapter_model.safetensors"))),
                    OptionalInt.of(0));

            io.privatefm.core.Registered first = adapters().register(ADA, MATH, files, terms);
            io.privatefm.core.Registered again = adapters().register(ADA, MATH, files, terms);

            assertThat(first.isNew()).isTrue();
            assertThat(first.row().trainedOn()).isEqualTo(terms.trainedOn());
            assertThat(again.isNew()).isFalse();
            assertThat(again.row()).isEqualTo(first.row());
            assertThat(adapters().current(ADA)).containsExactly(first.row());
        }

        @Test
        @DisplayName("on terms: behind the revision that its sender knows, or, sent again, as what it is by then")
        void behind() {
            InMemoryModelFiles other = AdapterFixture.tiny(6).files();
            for (int revision = 0; revision < 3; revision++) {
                InMemoryModelFiles next = revision % 2 == 0 ? files : other;

                assertThat(adapters()
                                .register(ADA, MATH, next, ifRevision(revision))
                                .row()
                                .revision())
                        .isEqualTo(revision + 1);

                assertThat(adapters()
                                .register(ADA, MATH, next, ifRevision(revision))
                                .isNew())
                        .as("the answer was lost, and it is sent again")
                        .isFalse();
            }
        }

        @Test
        @DisplayName("by one of eight senders who know the same revision")
        void behindRace() throws Exception {
            List<Boolean> registered = NamespacesTest.together(8, number -> {
                try {
                    return adapters()
                            .register(ADA, MATH, AdapterFixture.tiny(number).files(), ifRevision(0))
                            .isNew();
                } catch (InvalidInputException e) {
                    assertThat(e.code()).isEqualTo(ErrorCode.PRECONDITION_FAILED);
                    return false;
                }
            });

            assertThat(registered).containsOnlyOnce(true).hasSize(8);
            assertThat(adapters().current(ADA)).extracting(AdapterRow::revision).containsExactly(1);
        }

        @Test
        @DisplayName("by eight threads at a time, each as a revision of its own")
        void eightThreads() throws Exception {
            List<AdapterRow> rows = NamespacesTest.together(
                    8,
                    i -> adapters()
                            .register(ADA, MATH, AdapterFixture.tiny(100 + i).files()));

            assertThat(rows).extracting(AdapterRow::revision).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8);
            assertThat(events()).extracting(EventRow::seq).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        }
    }

    @Test
    @DisplayName("that is new is merged the next time, and nothing else is")
    void mergesWhatChanged() {
        CheckpointRow first = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        engine.register(READING, 77);
        CheckpointRow second = engine.merge();

        assertThat(second.variants().get(0)).isEqualTo(first.variants().get(0));
        VariantRow reading = second.variants().get(1);
        assertThat(reading.blob()).isNotEqualTo(first.variants().get(1).blob());
        assertThat(reading.contentHash()).isNotEqualTo(first.variants().get(1).contentHash());
    }

    @Nested
    @DisplayName("leaves nothing behind")
    class Refused {
        @Test
        @DisplayName("for a subject or a learner that is not there")
        void unknown() {
            assertRefused(
                    () -> adapters().register(ADA, Subject.of("art"), files),
                    ErrorCode.INVALID_ARGUMENT,
                    "the namespace of learner ada has no subject art");
            assertRefused(
                    () -> adapters().register(LearnerId.of("bob"), MATH, files),
                    ErrorCode.NAMESPACE_NOT_FOUND,
                    "there is no namespace of learner bob");
            assertThat(engine.blobs.committed()).isEmpty();
        }

        @Test
        @DisplayName("when it does not fit the foundation, and names the tensor")
        void misfit() {
            assertRefused(
                    () -> adapters()
                            .register(
                                    ADA,
                                    MATH,
                                    AdapterFixture.seeded(1, 2, 2)
                                            .linear("model.layers.0.q_proj", 8, 9)
                                            .files()),
                    ErrorCode.ADAPTER_MISFIT,
                    "base_model.model.model.layers.0.q_proj.lora_A.weight: factors A [2, 9] and B [8, 2] do not fit "
                            + "model.layers.0.q_proj.weight [8, 8] of the foundation");
            assertRefused(
                    () -> adapters()
                            .register(
                                    ADA,
                                    MATH,
                                    AdapterFixture.seeded(1, 2, 2)
                                            .linear("model.layers.9.q_proj", 8, 8)
                                            .files()),
                    ErrorCode.ADAPTER_MISFIT,
                    "model.layers.9.q_proj.weight: the foundation has no such tensor");
        }

        @Test
        @DisplayName("when it is malformed, not finite or not supported")
        void malformed() {
            InMemoryModelFiles truncated = AdapterFixture.tiny(1).files();
            truncated.put("adapter_model.safetensors", new byte[7]);
            assertRefused(() -> adapters().register(ADA, MATH, truncated), ErrorCode.ADAPTER_INVALID, "too short");
            assertRefused(
                    () -> adapters().register(ADA, MATH, new InMemoryModelFiles()),
                    ErrorCode.ADAPTER_INVALID,
                    "holds no adapter_config.json");
            assertRefused(
                    () -> adapters()
                            .register(
                                    ADA,
                                    MATH,
                                    AdapterFixture.seeded(1, 1, 1)
                                            .linear("model.norm", new float[] {1, Float.NaN}, new float[] {1, 1})
                                            .files()),
                    ErrorCode.NOT_FINITE,
                    "element 1 is NaN");
            assertRefused(
                    () -> adapters()
                            .register(
                                    ADA,
                                    MATH,
                                    AdapterFixture.tiny(1)
                                            .field("peft_type", TextNode.valueOf("IA3"))
                                            .files()),
                    ErrorCode.ADAPTER_UNSUPPORTED,
                    "peft_type: only LORA is supported");
        }

        @Test
        @DisplayName("when it was trained on another foundation")
        void trainedOnAnother() {
            Sha256 other = ModelCheck.contentHash(ModelFixture.tiny(2).files(), 1);
            Sha256 own = ModelCheck.contentHash(ModelFixture.tiny(1).files(), 1);

            assertRefused(
                    () -> adapters().register(ADA, MATH, files, Optional.of(other)),
                    ErrorCode.ADAPTER_MISFIT,
                    "the adapter was trained on a foundation with content hash " + other + ", release r1 has " + own);
        }

        @Test
        @DisplayName("when the foundation is wrong")
        void wrongFoundation() {
            engine.foundation.promise(
                    "r1", ModelCheck.contentHash(ModelFixture.tiny(2).files(), 1));

            assertThatThrownBy(() -> adapters().register(ADA, MATH, files))
                    .isInstanceOf(FoundationWrongException.class);
            assertNothingRegistered();
        }

        @Test
        @DisplayName("when its copy cannot be read back")
        void badCopy() {
            AdapterRow row = adapters().register(ADA, READING, files);
            engine.blobs.corruptReads(bytes -> {
                bytes[bytes.length - 1] ^= 1;
                return bytes;
            });

            assertThatThrownBy(() -> adapters().register(ADA, MATH, files)).isInstanceOf(CorruptDataException.class);
            assertThat(adapters().current(ADA)).containsExactly(row);
        }

        @Test
        @DisplayName("when its weights are not those that were meant to be sent")
        void otherWeights() {
            RegistrationTerms terms =
                    new RegistrationTerms(Optional.empty(), Optional.of(sha(new byte[] {1})), OptionalInt.empty());

            assertRefused(
                    () -> adapters().register(ADA, MATH, files, terms),
                    ErrorCode.ADAPTER_INVALID,
                    "adapter_model.safetensors: its bytes should have the SHA-256 " + sha(new byte[] {1}));
        }

        @Test
        @DisplayName("when its sender knows a revision that there is not, by either way of sending it")
        void otherRevision() {
            assertRefused(
                    () -> adapters().register(ADA, MATH, files, ifRevision(1)),
                    ErrorCode.PRECONDITION_FAILED,
                    "the newest revision for math is 0, not 1");
            assertThatThrownBy(() -> ifRevision(-1))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("a revision is 0 or more, not -1");
            engine.restart(engine.builder().adapterStore(reference -> files));
            assertRefused(
                    () -> adapters().register(ADA, MATH, "trained/math", ifRevision(1)),
                    ErrorCode.PRECONDITION_FAILED,
                    "the newest revision for math is 0, not 1");
        }

        private void assertRefused(Runnable call, ErrorCode code, String message) {
            assertThatThrownBy(call::run)
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(code))
                    .hasMessageContaining(message);
            assertNothingRegistered();
        }

        private void assertNothingRegistered() {
            assertThat(adapters().current(ADA)).isEmpty();
            assertThat(events()).hasSize(1);
            assertThat(engine.events.events(LifecycleEvent.AdapterRegistered.class))
                    .isEmpty();
            assertThat(engine.orchestrator().merges().plan(ADA)).isEqualTo(new PlanOutcome.UpToDate());
        }
    }

    private static RegistrationTerms ifRevision(int revision) {
        return new RegistrationTerms(Optional.empty(), Optional.empty(), OptionalInt.of(revision));
    }

    private static Sha256 sha(byte[] bytes) {
        return Sha256.of(MerkleTree.sha256().digest(bytes));
    }

    private Adapters adapters() {
        return engine.orchestrator().adapters();
    }

    private List<EventRow> events() {
        return engine.orchestrator().namespaces().events(ADA, 1, 100);
    }

    /** A blob without its header. */
    private byte[] payload(Sha256 blob) {
        byte[] stored =
                engine.blobs.bytes(engine.orchestrator().namespaces().get(ADA).nsUid(), blob);
        return Arrays.copyOfRange(stored, 128, stored.length);
    }

    private static byte[] bytes(InMemoryModelFiles from, String name) {
        try (RangedFile file = from.open(name)) {
            byte[] bytes = new byte[(int) file.size()];
            file.read(0, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }
}

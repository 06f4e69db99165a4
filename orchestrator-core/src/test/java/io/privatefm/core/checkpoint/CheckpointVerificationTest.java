/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.EngineFixture;
import io.privatefm.core.ModelCheck;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.checkpoint.Verification.Damage;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.VariantRow;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Verifying a checkpoint")
class CheckpointVerificationTest {
    private static final int BLOB_HEADER = 128;

    private final EngineFixture engine = new EngineFixture();
    private final CheckpointReader reader =
            new CheckpointReader(new SealedBlobs(engine.blobs, null, new Random(3)), TensorStream.sequential());

    @AfterEach
    void close() {
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        engine.close();
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    @DisplayName("finds it intact, and says its hash")
    void intact(Layout layout) {
        CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT.withLayout(layout), MATH, READING);

        assertThat(verify()).isEqualTo(new Verification.Intact(row.checkpointHash()));
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    @DisplayName("is done once before it is published: tensors that are not what was computed are refused")
    void beforePublication(Layout layout) {
        CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT.withLayout(layout), MATH);
        VariantEntry entry = reader.manifest(row).variants().get(0);
        TensorDigest first = entry.changed().get(0);
        List<TensorDigest> others = new ArrayList<>(entry.changed());
        others.set(0, new TensorDigest(first.info(), row.checkpointHash()));
        VariantEntry computed = new VariantEntry(
                entry.plan(),
                entry.since(),
                entry.contentHash(),
                entry.blob(),
                entry.blobBytes(),
                entry.untiesEmbeddings(),
                others);
        Foundations foundations = new Foundations(engine.foundation, TensorStream.sequential());
        try (Foundation foundation = foundations.open(foundations.newest())) {
            reader.requireSound(row.nsUid(), entry, foundation);
            assertThatThrownBy(() -> reader.requireSound(row.nsUid(), computed, foundation))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("was not stored as it was merged")
                    .hasMessageContaining(first.info().name());
        }
    }

    @Nested
    @DisplayName("finds in a variant's blob")
    class VariantBlob {
        @ParameterizedTest
        @EnumSource(Layout.class)
        @DisplayName("a bit turned in any byte, and names the tensor when it is in a tensor's data")
        void everyByte(Layout layout) {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT.withLayout(layout), MATH, READING);
            VariantRow math = row.variants().get(0);
            byte[] stored = engine.blobs.bytes(row.nsUid(), math.blob());
            int data = dataStart(stored);
            SplittableRandom random = new SplittableRandom(1);
            for (int at = 0; at < stored.length; at++) {
                engine.blobs.flip(math.blob(), 8L * at + random.nextInt(8));

                List<Damage> damages = damages();

                assertThat(damages)
                        .as("byte %s", at)
                        .isNotEmpty()
                        .allSatisfy(damage -> assertThat(damage.variant()).contains("math"));
                assertThat(damages.get(0).reason())
                        .startsWith("blob " + math.blob() + " is damaged: its bytes hash to ");
                if (at >= data) {
                    assertThat(damages)
                            .as("byte %s", at)
                            .hasSize(2)
                            .contains(new Damage(
                                    Optional.of("math"),
                                    Optional.of(tensorAt(row, at - data)),
                                    "its bytes are damaged"));
                }
            }
            engine.blobs.heal();
            assertThat(verify()).isEqualTo(new Verification.Intact(row.checkpointHash()));
        }

        @ParameterizedTest
        @EnumSource(Layout.class)
        @DisplayName("that its end is missing, or that something follows it")
        void otherLength(Layout layout) {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT.withLayout(layout), MATH, READING);
            Sha256 blob = row.variants().get(1).blob();
            for (int difference : new int[] {-1, 1, -300, -100_000}) {
                engine.blobs.damage(blob, bytes -> Arrays.copyOf(bytes, Math.max(0, bytes.length + difference)));

                assertThat(damages())
                        .isNotEmpty()
                        .allSatisfy(damage -> assertThat(damage.variant()).contains("reading"));
            }
        }

        @Test
        @DisplayName("that it is another variant's, swapped")
        void swapped() {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
            VariantRow math = row.variants().get(0);
            VariantRow reading = row.variants().get(1);
            byte[] mathBytes = engine.blobs.bytes(row.nsUid(), math.blob());
            byte[] readingBytes = engine.blobs.bytes(row.nsUid(), reading.blob());
            engine.blobs.damage(math.blob(), bytes -> readingBytes);
            engine.blobs.damage(reading.blob(), bytes -> mathBytes);

            List<Damage> damages = damages();

            assertThat(damages)
                    .contains(
                            damage("math", "blob " + math.blob() + " is damaged: its bytes hash to " + reading.blob()),
                            damage(
                                    "reading",
                                    "blob " + reading.blob() + " is damaged: its bytes hash to " + math.blob()));
            assertThat(damages.stream().filter(damage -> damage.tensor().isPresent()))
                    .as("four tensors of each")
                    .hasSize(8);
        }

        @Test
        @DisplayName("that it is missing, once")
        void missing() {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
            Sha256 blob = row.variants().get(1).blob();
            engine.blobs.lose(blob);

            assertThat(damages())
                    .containsExactly(new Damage(
                            Optional.of("reading"), Optional.empty(), Verdict.MISSING, "blob " + blob + " is missing"));
        }

        @Test
        @DisplayName("damage in several variants at once")
        void several() {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
            row.variants().forEach(variant -> engine.blobs.flip(variant.blob(), 8L * (variant.blobBytes() - 1)));

            assertThat(damages())
                    .extracting(damage -> damage.variant().orElseThrow())
                    .containsExactly("math", "math", "reading", "reading");
        }
    }

    @Nested
    @DisplayName("finds in the manifest")
    class ManifestBlob {
        @Test
        @DisplayName("a bit turned in any byte")
        void everyByte() {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH);
            int size = engine.blobs.bytes(row.nsUid(), row.manifestBlob()).length;
            SplittableRandom random = new SplittableRandom(2);
            for (int at = 0; at < size; at++) {
                engine.blobs.flip(row.manifestBlob(), 8L * at + random.nextInt(8));

                assertThat(damages()).as("byte %s", at).singleElement().satisfies(damage -> {
                    assertThat(damage.variant()).isEmpty();
                    assertThat(damage.reason())
                            .startsWith("blob " + row.manifestBlob() + " is damaged: its bytes hash to ");
                });
            }
        }

        @Test
        @DisplayName("that it is missing")
        void missing() {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH);
            engine.blobs.lose(row.manifestBlob());

            assertThat(damages())
                    .containsExactly(new Damage(
                            Optional.empty(),
                            Optional.empty(),
                            Verdict.MISSING,
                            "blob " + row.manifestBlob() + " is missing"));
        }

        @Test
        @DisplayName("that its tensor roots do not give the content hash")
        void rootsAndContentHash() {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH);
            Manifest manifest = reader.manifest(row);
            VariantEntry math = manifest.variants().get(0);
            Sha256 wrong = row.manifestBlob();
            VariantEntry forged = new VariantEntry(
                    math.plan(),
                    math.since(),
                    wrong,
                    math.blob(),
                    math.blobBytes(),
                    math.untiesEmbeddings(),
                    math.changed());
            Manifest other = new Manifest(
                    manifest.namespace(),
                    manifest.version(),
                    manifest.parent(),
                    manifest.foundationRelease(),
                    manifest.foundationHash(),
                    List.of(forged));
            Sha256 blob = new SealedBlobs(engine.blobs, null, new Random(3))
                    .write(other.context(), ManifestJson.write(other))
                    .name();
            CheckpointRow forgedRow = new CheckpointRow(
                    row.nsUid(),
                    1,
                    "forged",
                    other.checkpointHash(),
                    blob,
                    "r1",
                    row.foundationHash(),
                    List.of(forged.row()),
                    row.createdAt());

            try (Foundation foundation = new Foundations(engine.foundation, TensorStream.sequential())
                    .open(engine.foundation.releases().get(0))) {
                assertThat(reader.verify(forgedRow, foundation))
                        .isEqualTo(new Verification.Damaged(
                                List.of(damage("math", "its tensor roots do not give its content hash"))));
            }
        }
    }

    @Nested
    @DisplayName("says nothing about the checkpoint")
    class Halts {
        @ParameterizedTest
        @EnumSource(Layout.class)
        @DisplayName("when the foundation is another than it was merged on: that is wrong, not damaged")
        void wrongFoundation(Layout layout) {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT.withLayout(layout), MATH);
            engine.foundation.put("r1", ModelFixture.tiny(2).files());
            engine.restart(engine.builder());
            Sha256 now = ModelCheck.contentHash(ModelFixture.tiny(2).files(), 1);

            assertThatThrownBy(() -> verify())
                    .isInstanceOfSatisfying(
                            FoundationWrongException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.FOUNDATION_WRONG))
                    .hasMessage("version 1 was merged on content hash " + row.foundationHash()
                            + ", foundation release r1 has " + now);
        }

        @Test
        @DisplayName("when the foundation is not what its list promises")
        void brokenPromise() {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH);
            engine.foundation.promise("r1", row.manifestBlob());
            engine.restart(engine.builder());

            assertThatThrownBy(() -> verify()).isInstanceOf(FoundationWrongException.class);
        }

        @Test
        @DisplayName("when the store does not answer")
        void unavailable() {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH);
            UnavailableException down = new UnavailableException("no answer");
            engine.blobs.damage(row.variants().get(0).blob(), bytes -> {
                throw down;
            });

            assertThatThrownBy(() -> verify()).isSameAs(down);
            engine.blobs.heal();
        }

        @Test
        @DisplayName("when there is none of that version, or no such learner")
        void notFound() {
            engine.checkpoint(MergePolicy.DEFAULT, MATH);

            assertThatThrownBy(() -> engine.orchestrator().checkpoints().verify(ADA, 2))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_NOT_FOUND))
                    .hasMessage("learner ada has no checkpoint 2");
            assertThatThrownBy(() -> engine.orchestrator().checkpoints().verify(LearnerId.of("bob"), 1))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND))
                    .hasMessage("there is no namespace of learner bob");
        }
    }

    private Verification verify() {
        return engine.orchestrator().checkpoints().verify(ADA, 1);
    }

    private List<Damage> damages() {
        return ((Verification.Damaged) verify()).damages();
    }

    private static Damage damage(String variant, String reason) {
        return new Damage(Optional.of(variant), Optional.empty(), reason);
    }

    /** Where the tensors' data begins in a stored blob: after its header, the safetensors length, and that header. */
    private static int dataStart(byte[] stored) {
        long header = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN).getLong(BLOB_HEADER);
        return BLOB_HEADER + Long.BYTES + (int) header;
    }

    /** Which tensor of the variant math has its data there; all are BF16 and so in order of name. */
    private String tensorAt(CheckpointRow row, int offset) {
        boolean full = row.variants().get(0).layout() == Layout.FULL;
        List<String> names = full
                ? List.of(
                        "lm_head.weight",
                        "model.embed_tokens.weight",
                        "model.layers.0.q_proj.weight",
                        "model.layers.0.v_proj.weight",
                        "model.layers.1.q_proj.weight",
                        "model.layers.1.v_proj.weight",
                        "model.norm.weight")
                : List.of(
                        "model.layers.0.q_proj.weight",
                        "model.layers.0.v_proj.weight",
                        "model.layers.1.q_proj.weight",
                        "model.layers.1.v_proj.weight");
        int end = 0;
        for (String name : names) {
            end += name.contains("q_proj") ? 128 : name.contains("v_proj") ? 64 : name.contains("norm") ? 16 : 192;
            if (offset < end) {
                return name;
            }
        }
        throw new AssertionError("beyond the end: " + offset);
    }
}

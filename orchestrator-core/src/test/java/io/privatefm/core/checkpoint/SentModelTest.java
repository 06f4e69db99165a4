/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.privatefm.core.Checkpoints;
import io.privatefm.core.EngineFixture;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.model.TensorSource;
import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.VariantRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A variant that is sent")
class SentModelTest {
    private static final String LISTING = "pfm-tree.json";

    @TempDir
    Path dir;

    private final EngineFixture engine = new EngineFixture();
    private final SentFiles sent = new SentFiles();

    @AfterEach
    void close() {
        assertThat(sent.isOpen()).as("a stream of the sink").isFalse();
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        engine.close();
    }

    private Checkpoints checkpoints() {
        return engine.orchestrator().checkpoints();
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    @DisplayName("is the exported directory, byte for byte, each file of the size that was announced, the listing last")
    void sameBytes(Layout layout) throws IOException {
        engine.foundation.put("r1", withCompanions(1));
        engine.restart(engine.builder());
        CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT.withLayout(layout), MATH);

        Sha256 hash = checkpoints().export(ADA, 1, "math", sent);

        assertThat(hash).isEqualTo(row.variants().get(0).contentHash());
        checkpoints().export(ADA, 1, "math", dir.resolve("m"));
        assertSameAs(dir.resolve("m"), sent);
        assertThat(sent.names())
                .containsExactly(
                        "model.safetensors",
                        "LICENSE",
                        "config.json",
                        "generation_config.json",
                        "tokenizer.json",
                        LISTING);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 200, 500})
    @DisplayName("has its weights in as many files as the directory, then their index")
    void shards(long shardBytes) throws IOException {
        InMemoryModelFiles foundation = withCompanions(1);
        ModelDirectoryWriter writer = new ModelDirectoryWriter(TensorStream.sequential(), shardBytes);
        try (ModelDirectory model = ModelDirectory.open(foundation, FormatLimits.FOUNDATION)) {
            List<TensorSource> tensors = List.copyOf(model.tensors().values());

            ModelDirectoryWriter.Written written = writer.write(tensors, foundation, false, sent, Optional.empty());

            assertThat(writer.write(tensors, foundation, false, dir.resolve("m"), Optional.of(written.contentHash())))
                    .isEqualTo(written);
        }
        assertSameAs(dir.resolve("m"), sent);
        List<String> names = sent.names();
        int index = names.indexOf("model.safetensors.index.json");
        assertThat(index).isGreaterThan(1);
        assertThat(names.subList(0, index)).isSorted().allMatch(name -> name.startsWith("model-"));
        assertThat(names).endsWith(LISTING);
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    @DisplayName(
            "ends with an error and without its listing when a bit is turned anywhere in its blob, unless the bit did not matter")
    void damagedBlob(Layout layout) throws IOException {
        CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT.withLayout(layout), MATH);
        VariantRow math = row.variants().get(0);
        checkpoints().export(ADA, 1, "math", dir.resolve("m"));
        SplittableRandom random = new SplittableRandom(TestSeed.of(SentModelTest.class));
        int met = 0;
        for (int at = 0; at < math.blobBytes(); at += 1 + random.nextInt(37)) {
            engine.blobs.flip(math.blob(), 8L * at + random.nextInt(8));
            SentFiles files = new SentFiles();

            Throwable thrown = catchThrowable(() -> checkpoints().export(ADA, 1, "math", files));

            if (thrown == null) {
                assertSameAs(dir.resolve("m"), files);
            } else {
                assertThat(thrown).as("byte %s", at).isInstanceOf(CorruptDataException.class);
                assertThat(files.names()).doesNotContain(LISTING);
                met++;
            }
            assertThat(files.isOpen()).isFalse();
        }
        assertThat(met).isPositive();
    }

    @Test
    @DisplayName("lets its namespace fall back when that shows damage, as any read does")
    void fallsBack() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.restart(engine.builder().background(Runnable::run));
        engine.blobs.flip(
                before.variants().get(0).blob(), 8 * (before.variants().get(0).blobBytes() - 1));

        assertThatThrownBy(() -> checkpoints().export(ADA, 1, "math", sent)).isInstanceOf(CorruptDataException.class);

        CheckpointRow after = checkpoints().latest(ADA).orElseThrow();
        assertThat(after.version()).isEqualTo(2);
        assertThat(after.checkpointHash()).isEqualTo(before.checkpointHash());
        assertThat(engine.orchestrator().recovery().lastScrub(ADA).orElseThrow().verdict())
                .contains(Verdict.BIT_ROT);
        assertThat(checkpoints().export(ADA, 2, "math", new SentFiles()))
                .isEqualTo(before.variants().get(0).contentHash());
    }

    @Test
    @DisplayName("ends before its listing when it would have another content hash than it must")
    void otherHash() {
        InMemoryModelFiles foundation = ModelFixture.tiny(1).files();
        ModelDirectoryWriter writer = new ModelDirectoryWriter(TensorStream.sequential(), 1000);
        Sha256 other = new Sha256(1, 2, 3, 4);
        try (ModelDirectory model = ModelDirectory.open(foundation, FormatLimits.FOUNDATION)) {
            List<TensorSource> tensors = List.copyOf(model.tensors().values());

            assertThatThrownBy(() -> writer.write(tensors, foundation, false, sent, Optional.of(other)))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageStartingWith("the model should have content hash " + other + " but has ")
                    .hasMessageEndingWith("; it was not completed");
        }
        assertThat(sent.names()).isNotEmpty().doesNotContain(LISTING);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 200, 1500})
    @DisplayName("ends when the sink fails, at its beginning or in the middle; nothing is damaged then")
    void sinkFails(long bytes) {
        CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        SentFiles failing = new SentFiles().failAfter(bytes);

        assertThatThrownBy(() -> checkpoints().export(ADA, 1, "math", failing))
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("cannot send ")
                .hasMessageEndingWith(": java.io.IOException: the other side has gone away");

        assertThat(failing.isOpen()).isFalse();
        assertThat(failing.names()).doesNotContain(LISTING);
        assertThat(engine.orchestrator().recovery().lastScrub(ADA)).isEmpty();
        assertThat(checkpoints().verify(ADA, 1)).isEqualTo(new Verification.Intact(row.checkpointHash()));
    }

    @Test
    @DisplayName("ends when the sink does not take a file to its end")
    void sinkFailsToClose() {
        engine.checkpoint(MergePolicy.DEFAULT, MATH);
        SentFiles failing = new SentFiles().failToClose();

        assertThatThrownBy(() -> checkpoints().export(ADA, 1, "math", failing))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot send model.safetensors: java.io.IOException: it cannot be closed");
        assertThat(failing.names()).containsExactly("model.safetensors");
    }

    @Test
    @DisplayName("is refused before its first file if there is no such version or variant, or the foundation is wrong")
    void nothingSent() {
        engine.checkpoint(MergePolicy.DEFAULT, MATH);
        for (Throwable refused : List.of(
                catchThrowable(() -> checkpoints().export(ADA, 2, "math", sent)),
                catchThrowable(() -> checkpoints().export(ADA, 1, "art", sent)))) {
            assertThat(refused)
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_NOT_FOUND));
        }
        engine.foundation.put("r1", ModelFixture.tiny(2).files());
        engine.restart(engine.builder());
        assertThatThrownBy(() -> checkpoints().export(ADA, 1, "math", sent))
                .isInstanceOf(FoundationWrongException.class);
        assertThat(sent.names()).isEmpty();
    }

    private static InMemoryModelFiles withCompanions(long seed) {
        return ModelFixture.tiny(seed)
                .files()
                .put("tokenizer.json", "{\"a\": 1}\n")
                .put("generation_config.json", "{}");
    }

    private static void assertSameAs(Path directory, SentFiles sent) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(sent.names())
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(file -> file.getFileName().toString()).toList());
        }
        for (String name : sent.names()) {
            assertThat(sent.bytes(name)).as(name).isEqualTo(Files.readAllBytes(directory.resolve(name)));
        }
    }
}

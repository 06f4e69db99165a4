/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.privatefm.core.AdapterFixture;
import io.privatefm.core.EngineFixture;
import io.privatefm.core.ModelCheck;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import io.privatefm.core.model.TestSeed;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.VariantRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An exported variant")
class ExportTest {
    @TempDir
    Path dir;

    private final EngineFixture engine = new EngineFixture();

    @AfterEach
    void close() {
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        engine.close();
    }

    @Nested
    @DisplayName("is a complete model directory")
    class Complete {
        @ParameterizedTest
        @EnumSource(Layout.class)
        @DisplayName("with the variant's content hash, from any layout")
        void contentHash(Layout layout) {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT.withLayout(layout), MATH, READING);
            for (VariantRow variant : row.variants()) {
                Path target = dir.resolve(variant.name());

                Sha256 exported = engine.orchestrator().checkpoints().export(ADA, 1, variant.name(), target);

                assertThat(exported).isEqualTo(variant.contentHash());
                LocalModelFiles files = LocalModelFiles.open(target);
                assertThat(ModelCheck.contentHash(files, 1)).isEqualTo(exported);
                assertThat(ModelCheck.verify(files, exported, 1)).isEqualTo(new Verification.Intact(exported));
            }
            assertThat(files(dir)).containsExactly("math", "reading");
        }

        @Test
        @DisplayName("with the foundation's other files byte for byte, and none that is not a model's")
        void companions() throws IOException {
            ModelFixture model = ModelFixture.tiny(1);
            String jinja = "{% if a %}\r\n\tü\u2028{% endif %}";
            engine.foundation.put(
                    "r1",
                    model.file("chat_template.jinja", jinja)
                            .file("tokenizer.model", "\u0000\u0001binary")
                            .file("merges.txt", "a b\n")
                            .file("configuration_x.py", "pass")
                            .file("NOTICE", "n")
                            .file("LICENSE.md", "l")
                            .file("README.md", "# not copied")
                            .file("pytorch_model.bin", "not copied")
                            .file("training_args.bin", "not copied")
                            .file("releases.json", "{\"not\":\"copied\"}")
                            .file("pfm-tree.json", "{\"not\":\"this one\"}")
                            .file("pytorch_model.bin.index.json", "{\"not\":\"copied\"}")
                            .files());
            engine.checkpoint(MergePolicy.DEFAULT, MATH);
            Path target = dir.resolve("m");
            engine.orchestrator().checkpoints().export(ADA, 1, "math", target);

            assertThat(files(target))
                    .containsExactly(
                            "LICENSE",
                            "LICENSE.md",
                            "NOTICE",
                            "chat_template.jinja",
                            "config.json",
                            "configuration_x.py",
                            "merges.txt",
                            "model.safetensors",
                            "pfm-tree.json",
                            "tokenizer.json",
                            "tokenizer.model");
            assertThat(Files.readString(target.resolve("config.json"))).isEqualTo(ModelFixture.UNTIED_CONFIG);
            assertThat(Files.readString(target.resolve("chat_template.jinja"))).isEqualTo(jinja);
            assertThat(Files.readString(target.resolve("tokenizer.json"))).isEqualTo("{\"note\": \"ü\"}\r\n");
            assertThat(Files.readString(target.resolve("tokenizer.model"))).isEqualTo("\u0000\u0001binary");
        }

        @Test
        @DisplayName("with a listing of every tensor's root and every file's hash, in canonical JSON")
        void listing() throws IOException {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH);
            Path target = dir.resolve("m");
            engine.orchestrator().checkpoints().export(ADA, 1, "math", target);

            byte[] bytes = Files.readAllBytes(target.resolve("pfm-tree.json"));
            JsonNode listing = new ObjectMapper().readTree(bytes);

            assertThat(bytes).isEqualTo(CanonicalJson.bytes(listing));
            assertThat(listing.path("format").asText()).isEqualTo("pfm-tree-1");
            assertThat(listing.path("content_hash").asText())
                    .isEqualTo(row.variants().get(0).contentHash().hex());
            assertThat(fieldNames(listing)).containsExactly("content_hash", "files", "format", "tensors");
            Map<String, String> expected = new TreeMap<>();
            try (ModelDirectory model = ModelDirectory.open(LocalModelFiles.open(target), FormatLimits.FOUNDATION)) {
                model.tensors().forEach((name, tensor) -> expected.put(name, root(tensor)));
            }
            assertThat(fieldNames(listing.path("tensors"))).containsExactlyElementsOf(expected.keySet());
            expected.forEach((name, root) -> assertThat(
                            listing.path("tensors").path(name).toString())
                    .isEqualTo("{\"dtype\":\"BF16\",\"root\":\"" + root + "\",\"shape\":"
                            + (name.contains("q_proj")
                                    ? "[8,8]"
                                    : name.contains("v_proj") ? "[4,8]" : name.contains("norm") ? "[8]" : "[12,8]")
                            + "}"));
            assertThat(fieldNames(listing.path("files")))
                    .containsExactly("LICENSE", "config.json", "model.safetensors", "tokenizer.json");
            for (String file : List.of("LICENSE", "config.json", "tokenizer.json")) {
                assertThat(listing.path("files").path(file).asText())
                        .isEqualTo(sha(Files.readAllBytes(target.resolve(file))));
            }
            byte[] weights = Files.readAllBytes(target.resolve("model.safetensors"));
            int header = 8
                    + (int) ByteBuffer.wrap(weights)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong();
            assertThat(listing.path("files").path("model.safetensors").asText())
                    .as("a safetensors file up to its data")
                    .isEqualTo(sha(Arrays.copyOf(weights, header)));
        }

        @Test
        @DisplayName("with tie_word_embeddings false, and no other byte changed, when the model got a head of its own")
        void untied() throws IOException {
            String config =
                    "{\"model_type\": \"llama\", \"rope_theta\": 10000.0, \"architectures\": [\"LlamaForCausalLM\"],"
                            + " \"tie_word_embeddings\": true, \"eps\": 1e-05, \"vocab_size\": 12, \"x\": null}";
            engine.foundation.put(
                    "r1",
                    ModelFixture.seeded(1)
                            .random("model.embed_tokens.weight", Dtype.F16, 12, 8)
                            .random("model.layers.0.q_proj.weight", Dtype.F16, 8, 8)
                            .file("config.json", config)
                            .files());
            engine.provision(MATH);
            engine.orchestrator()
                    .adapters()
                    .register(
                            ADA,
                            MATH,
                            AdapterFixture.seeded(2, 2, 2)
                                    .linear("model.layers.0.q_proj", 8, 8)
                                    .savesModules("lm_head", "embed_tokens")
                                    .random("lm_head.weight", 12, 8)
                                    .random("model.embed_tokens.weight", 12, 8)
                                    .files());
            CheckpointRow row = engine.merge();
            Path target = dir.resolve("m");

            Sha256 hash = engine.orchestrator().checkpoints().export(ADA, 1, "math", target);

            assertThat(hash).isEqualTo(row.variants().get(0).contentHash());
            assertThat(Files.readString(target.resolve("config.json"))).isEqualTo(config.replace("true", "false"));
            assertThat(ModelCheck.verify(LocalModelFiles.open(target), hash, 1))
                    .isEqualTo(new Verification.Intact(hash));
        }

        @ParameterizedTest
        @ValueSource(longs = {1, 200, 400, 100_000})
        @DisplayName("in as many files as the shard size asks for, with an index that names them")
        void shards(long shardBytes) throws IOException {
            Path target = dir.resolve("m");
            InMemoryModelFiles foundation = ModelFixture.tiny(1).files();

            ModelDirectoryWriter.Written written = write(shardBytes, foundation, target);

            List<String> shards = files(target).stream()
                    .filter(name -> name.endsWith(".safetensors"))
                    .toList();
            int count = shardBytes == 1 ? 7 : shardBytes == 200 ? 5 : shardBytes == 400 ? 2 : 1;
            assertThat(shards).hasSize(count);
            assertThat(written.contentHash()).isEqualTo(ModelCheck.contentHash(foundation, 1));
            assertThat(ModelCheck.verify(LocalModelFiles.open(target), written.contentHash(), 1))
                    .isEqualTo(new Verification.Intact(written.contentHash()));
            assertThat(written.bytes()).isEqualTo(size(target));
            if (count == 1) {
                assertThat(files(target)).contains("model.safetensors").doesNotContain("model.safetensors.index.json");
            } else {
                assertThat(shards.get(0)).isEqualTo("model-00001-of-0000" + count + ".safetensors");
                JsonNode index =
                        new ObjectMapper().readTree(Files.readAllBytes(target.resolve("model.safetensors.index.json")));
                assertThat(index.path("metadata").path("total_size").asLong())
                        .as("two times 192, 128 and 64, and 16")
                        .isEqualTo(784);
                assertThat(fieldNames(index.path("weight_map"))).hasSize(7);
            }
        }
    }

    @Nested
    @DisplayName("appears whole or not at all")
    class WholeOrNotAtAll {
        @Test
        @DisplayName("where there is a file, a folder or even a dangling link already: nothing is touched")
        void targetExists() throws IOException {
            engine.checkpoint(MergePolicy.DEFAULT, MATH);
            Path file = Files.writeString(dir.resolve("file"), "mine");
            Path folder = Files.createDirectory(dir.resolve("folder"));
            Path link = Files.createSymbolicLink(dir.resolve("link"), dir.resolve("nowhere"));

            for (Path target : List.of(file, folder, link, dir)) {
                assertThatThrownBy(() -> engine.orchestrator().checkpoints().export(ADA, 1, "math", target))
                        .isInstanceOfSatisfying(
                                AlreadyExistsException.class,
                                e -> assertThat(e.code()).isEqualTo(ErrorCode.ALREADY_EXISTS))
                        .hasMessage("there is something at " + target + " already; nothing was written");
            }
            assertThat(files(dir)).containsExactly("file", "folder", "link");
            assertThat(Files.readString(file)).isEqualTo("mine");
            assertThat(folder).isEmptyDirectory();
        }

        @Test
        @DisplayName("where the folder to write into does not exist")
        void noFolder() {
            engine.checkpoint(MergePolicy.DEFAULT, MATH);
            Path target = dir.resolve("no/such/folder");

            assertThatThrownBy(() -> engine.orchestrator().checkpoints().export(ADA, 1, "math", target))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                    .hasMessage("the folder to write into does not exist: " + dir.resolve("no/such"));
            assertThat(dir).isEmptyDirectory();
        }

        @Test
        @DisplayName("where there is no such variant or version")
        void notFound() {
            engine.checkpoint(MergePolicy.DEFAULT, MATH);

            assertThatThrownBy(() -> engine.orchestrator().checkpoints().export(ADA, 1, "reading", dir.resolve("m")))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_NOT_FOUND))
                    .hasMessage("version 1 has no variant 'reading'");
            assertThatThrownBy(() -> engine.orchestrator().checkpoints().export(ADA, 7, "math", dir.resolve("m")))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_NOT_FOUND));
            assertThat(dir).isEmptyDirectory();
        }

        @Test
        @DisplayName("when reading the model fails, wherever it does")
        void readingFails() {
            InMemoryModelFiles model = ModelFixture.tiny(1).files();
            UnavailableException failure = new UnavailableException("the disk is gone");
            for (int reads = 0; ; reads++) {
                FailingFiles failing = new FailingFiles(model, failure, reads);
                Path target = dir.resolve("m" + reads);
                Throwable thrown = catchThrowable(() -> write(300, failing, target));
                if (thrown == null) {
                    assertThat(reads).as("every read has failed once").isGreaterThan(10);
                    assertThat(target).isNotEmptyDirectory();
                    break;
                }
                assertThat(thrown).isSameAs(failure);
                assertThat(dir).isEmptyDirectory();
            }
            assertThat(model.openHandles()).isZero();
        }

        @Test
        @DisplayName("when a tensor cannot be computed, be it the last one")
        void tensorFails() {
            InMemoryModelFiles foundation = ModelFixture.tiny(1).files();
            try (ModelDirectory model = ModelDirectory.open(foundation, FormatLimits.FOUNDATION)) {
                List<TensorSource> tensors = new ArrayList<>(model.tensors().values());
                InvalidInputException failure = new InvalidInputException(ErrorCode.NOT_FINITE, "a NaN");
                tensors.add(new TensorSource() {
                    @Override
                    public TensorInfo info() {
                        return new TensorInfo("zzz", Dtype.BF16, Shape.of(4));
                    }

                    @Override
                    public void read(long offset, byte[] target, int at, int length) {
                        throw failure;
                    }
                });
                ModelDirectoryWriter writer = new ModelDirectoryWriter(TensorStream.sequential(), 1000);

                assertThatThrownBy(() -> writer.write(tensors, foundation, false, dir.resolve("m"), Optional.empty()))
                        .isSameAs(failure);
            }
            assertThat(dir).isEmptyDirectory();
        }

        @Test
        @DisplayName("when it would have another content hash than it must")
        void otherHash() {
            InMemoryModelFiles foundation = ModelFixture.tiny(1).files();
            Sha256 hash = ModelCheck.contentHash(foundation, 1);
            Sha256 other = ModelCheck.contentHash(ModelFixture.tiny(2).files(), 1);
            try (ModelDirectory model = ModelDirectory.open(foundation, FormatLimits.FOUNDATION)) {
                List<TensorSource> tensors = List.copyOf(model.tensors().values());
                ModelDirectoryWriter writer = new ModelDirectoryWriter(TensorStream.sequential(), 1000);

                assertThatThrownBy(() -> writer.write(tensors, foundation, false, dir.resolve("m"), Optional.of(other)))
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessage("the model should have content hash " + other + " but has " + hash
                                + "; it was not completed");
            }
            assertThat(dir).isEmptyDirectory();
        }

        @Test
        @DisplayName("when the disk has not the space: that is said before anything is computed")
        void noSpace() {
            TensorSource huge = new TensorSource() {
                @Override
                public TensorInfo info() {
                    return new TensorInfo("huge", Dtype.U8, Shape.of(1L << 50, 1L << 9));
                }

                @Override
                public void read(long offset, byte[] target, int at, int length) {
                    throw new AssertionError("computed");
                }
            };
            ModelDirectoryWriter writer = new ModelDirectoryWriter(TensorStream.sequential(), 1000);

            assertThatThrownBy(() -> writer.write(
                            List.of(huge), new InMemoryModelFiles(), false, dir.resolve("m"), Optional.empty()))
                    .isInstanceOfSatisfying(
                            UnavailableException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                    .hasMessageStartingWith(
                            "not enough space for " + dir.resolve("m") + ": " + (1L << 59) + " bytes needed, ");
            assertThat(dir).isEmptyDirectory();
        }

        @Test
        @DisplayName("when something appears at its place while it is written")
        void targetAppears() throws IOException {
            Path target = dir.resolve("m");
            InMemoryModelFiles foundation = ModelFixture.tiny(1).files();
            try (ModelDirectory model = ModelDirectory.open(foundation, FormatLimits.FOUNDATION)) {
                List<TensorSource> tensors = new ArrayList<>(model.tensors().values());
                tensors.add(new TensorSource() {
                    @Override
                    public TensorInfo info() {
                        return new TensorInfo("zzz", Dtype.BF16, Shape.of(4));
                    }

                    @Override
                    public void read(long offset, byte[] bytes, int at, int length) {
                        try {
                            Files.writeString(target, "somebody else's");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                });
                ModelDirectoryWriter writer = new ModelDirectoryWriter(TensorStream.sequential(), 1000);

                assertThatThrownBy(() -> writer.write(tensors, foundation, false, target, Optional.empty()))
                        .isInstanceOf(AlreadyExistsException.class);
            }
            assertThat(files(dir)).containsExactly("m");
            assertThat(Files.readString(target)).isEqualTo("somebody else's");
        }
    }

    @Nested
    @DisplayName("is never a wrong model")
    class NeverWrong {
        @ParameterizedTest
        @EnumSource(Layout.class)
        @DisplayName("when a bit is turned anywhere in its blob: either damage is reported, or the bit did not matter")
        void damagedBlob(Layout layout) throws IOException {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT.withLayout(layout), MATH);
            VariantRow math = row.variants().get(0);
            SplittableRandom random = new SplittableRandom(TestSeed.of(ExportTest.class));
            Path target = dir.resolve("m");
            for (int at = 0; at < math.blobBytes(); at += 1 + random.nextInt(19)) {
                engine.blobs.flip(math.blob(), 8L * at + random.nextInt(8));

                Throwable thrown =
                        catchThrowable(() -> engine.orchestrator().checkpoints().export(ADA, 1, "math", target));

                if (thrown == null) {
                    assertThat(ModelCheck.contentHash(LocalModelFiles.open(target), 1))
                            .isEqualTo(math.contentHash());
                    for (String file : files(target)) {
                        Files.delete(target.resolve(file));
                    }
                    Files.delete(target);
                } else {
                    assertThat(thrown).as("byte %s", at).isInstanceOf(PfmException.class);
                    assertThat(((PfmException) thrown).code()).isEqualTo(ErrorCode.CORRUPT_DATA);
                }
                assertThat(dir).isEmptyDirectory();
            }
        }

        @Test
        @DisplayName("and damage in its header is a CorruptDataException as any other")
        void damagedHeader() {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH);
            engine.blobs.flip(row.variants().get(0).blob(), 8L * 136);

            assertThatThrownBy(() -> engine.orchestrator().checkpoints().export(ADA, 1, "math", dir.resolve("m")))
                    .isInstanceOfSatisfying(
                            CorruptDataException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATA));
            assertThat(dir).isEmptyDirectory();
        }

        @Test
        @DisplayName("when the manifest and the row do not agree any more, or the manifest is damaged")
        void damagedManifest() {
            CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH);
            engine.blobs.flip(row.manifestBlob(), 8L * 300);

            assertThatThrownBy(() -> engine.orchestrator().checkpoints().export(ADA, 1, "math", dir.resolve("m")))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageStartingWith("blob " + row.manifestBlob() + " is damaged");
            assertThat(dir).isEmptyDirectory();
        }

        @ParameterizedTest
        @EnumSource(Layout.class)
        @DisplayName("on another foundation than it was merged on: that is wrong, not damaged")
        void wrongFoundation(Layout layout) {
            engine.checkpoint(MergePolicy.DEFAULT.withLayout(layout), MATH);
            engine.foundation.put("r1", ModelFixture.tiny(2).files());
            engine.restart(engine.builder());

            assertThatThrownBy(() -> engine.orchestrator().checkpoints().export(ADA, 1, "math", dir.resolve("m")))
                    .isInstanceOfSatisfying(
                            FoundationWrongException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.FOUNDATION_WRONG));
            assertThat(dir).isEmptyDirectory();
        }

        @Test
        @DisplayName(
                "on a foundation that changed after it was hashed: the foundation is wrong, the checkpoint not damaged")
        void foundationChangedSince() {
            engine.checkpoint(MergePolicy.DEFAULT, MATH);
            engine.foundation.put("r1", ModelFixture.tiny(2).files());

            assertThatThrownBy(() -> engine.orchestrator().checkpoints().export(ADA, 1, "math", dir.resolve("m")))
                    .isInstanceOfSatisfying(
                            FoundationWrongException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.FOUNDATION_WRONG));
            assertThat(dir).isEmptyDirectory();
        }
    }

    private static ModelDirectoryWriter.Written write(long shardBytes, ModelFiles foundation, Path target) {
        try (ModelDirectory model = ModelDirectory.open(foundation, FormatLimits.FOUNDATION)) {
            return new ModelDirectoryWriter(TensorStream.sequential(), shardBytes)
                    .write(List.copyOf(model.tensors().values()), foundation, false, target, Optional.empty());
        }
    }

    /** {@code SHA-256(0x00 ‖ bytes)}: the tensor is smaller than a segment. */
    private static String root(TensorSource tensor) {
        byte[] leaf = new byte[1 + (int) tensor.info().byteLength()];
        tensor.read(0, leaf, 1, leaf.length - 1);
        return sha(leaf);
    }

    private static String sha(byte[] bytes) {
        return Sha256.of(MerkleTree.sha256().digest(bytes)).hex();
    }

    private static List<String> fieldNames(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Names of what is in a folder, in order. */
    private static List<String> files(Path folder) {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path folder) throws IOException {
        long bytes = 0;
        for (String file : files(folder)) {
            bytes += Files.size(folder.resolve(file));
        }
        return bytes;
    }

    /** Files whose read number {@code reads}, from 0, fails. */
    private static final class FailingFiles implements ModelFiles {
        private final ModelFiles files;
        private final RuntimeException failure;
        private int reads;

        FailingFiles(ModelFiles files, RuntimeException failure, int reads) {
            this.files = files;
            this.failure = failure;
            this.reads = reads;
        }

        @Override
        public String location() {
            return files.location();
        }

        @Override
        public List<String> names() {
            return files.names();
        }

        @Override
        public RangedFile open(String name) {
            RangedFile file = files.open(name);
            return new RangedFile() {
                @Override
                public long size() {
                    return file.size();
                }

                @Override
                public void read(long position, ByteBuffer target) {
                    if (reads-- == 0) {
                        throw failure;
                    }
                    file.read(position, target);
                }

                @Override
                public void close() {
                    file.close();
                }
            };
        }

        @Override
        public void close() {
            files.close();
        }
    }
}

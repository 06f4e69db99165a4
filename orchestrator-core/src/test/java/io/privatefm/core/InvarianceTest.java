/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.CombinedVariant;
import io.privatefm.spi.merge.Composition;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.store.CheckpointRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model of about 4 MB, so that most tensors have several segments of 1 MiB. */
@DisplayName("A merge of the same foundation and adapters has the same bytes")
class InvarianceTest {
    private static final long SEED = 20260301;

    @TempDir
    static Path dir;

    private static InMemoryModelFiles foundation = new InMemoryModelFiles();
    private static InMemoryModelFiles math = new InMemoryModelFiles();
    private static InMemoryModelFiles reading = new InMemoryModelFiles();
    private static InMemoryModelFiles science = new InMemoryModelFiles();

    /** What is merged. */
    private enum Case {
        /** One LoRA adapter, an embedding and a bias among its targets. */
        ONE,
        /** Three with weights, in one sum, rounded twice. */
        SUM,
        /** Two, one after the other. */
        SEQUENCE,
        /** DoRA, with norms over rows and over columns. */
        DORA;

        ModelMerge merge() {
            return switch (this) {
                case ONE -> ModelMerge.into(foundation).adapter("math", math, 1f);
                case SUM ->
                    ModelMerge.into(foundation)
                            .rounding(Rounding.SAFE)
                            .adapter("math", math, 0.75f)
                            .adapter("reading", reading, -1.5f)
                            .adapter("history", reading, 0.3f);
                case SEQUENCE ->
                    ModelMerge.into(foundation)
                            .composition(Composition.SEQUENCE)
                            .adapter("reading", reading, 1f)
                            .adapter("math", math, 0.5f);
                case DORA -> ModelMerge.into(foundation).adapter("science", science, 1f);
            };
        }
    }

    /** What the plainest run wrote: one thread, the default tile. */
    private static final Map<Case, Map<String, Sha256>> WRITTEN = new TreeMap<>();

    private static final Map<Case, ModelMerge.Result> RESULTS = new TreeMap<>();

    @BeforeAll
    static void writeOnce() {
        foundation = ModelFixture.seeded(SEED)
                .random("model.embed_tokens.weight", Dtype.BF16, 1500, 384)
                .random("model.layers.0.up_proj.weight", Dtype.F32, 700, 384)
                .random("model.layers.0.up_proj.bias", Dtype.F32, 700)
                .random("model.layers.0.down_proj.weight", Dtype.F16, 384, 1500)
                .random("model.conv.weight", Dtype.F16, 40, 30, 3, 3)
                .random("model.norm.weight", Dtype.BF16, 384)
                .file("config.json", ModelFixture.UNTIED_CONFIG)
                .file("tokenizer.json", "{}")
                .files();
        math = AdapterFixture.seeded(SEED + 1, 9, 16)
                .flag("lora_bias")
                .embedding("model.embed_tokens", 1500, 384)
                .linear("model.layers.0.up_proj", 700, 384)
                .random("model.layers.0.up_proj.lora_B.bias", 700)
                .files();
        reading = AdapterFixture.seeded(SEED + 2, 4, 8)
                .linear("model.layers.0.up_proj", 700, 384)
                .linear("model.layers.0.down_proj", 384, 1500)
                .convolution("model.conv", 40, 30, 3, 3)
                .files();
        science = AdapterFixture.seeded(SEED + 3, 5, 10)
                .flag("use_dora")
                .embedding("model.embed_tokens", 1500, 384)
                .random("model.embed_tokens.lora_magnitude_vector", 384)
                .linear("model.layers.0.down_proj", 384, 1500)
                .random("model.layers.0.down_proj.lora_magnitude_vector", 384)
                .files();
        for (Case what : Case.values()) {
            Path target = dir.resolve(what.name());
            RESULTS.put(what, what.merge().threads(1).writeTo(target));
            WRITTEN.put(what, fileHashes(target));
        }
    }

    static Stream<Arguments> casesAndThreads() {
        return Stream.of(Case.values()).flatMap(what -> Stream.of(1, 2, 3, 8).map(n -> Arguments.of(what, n)));
    }

    static Stream<Arguments> casesAndTiles() {
        return Stream.of(Case.values())
                .flatMap(what -> Stream.of(1, 7, 1000, 16384, 1 << 20).map(n -> Arguments.of(what, n)));
    }

    @ParameterizedTest(name = "{0}, {1} threads")
    @MethodSource("casesAndThreads")
    @DisplayName("with any number of threads")
    void threads(Case what, int threads) {
        assertSameFiles(what, what.merge().threads(threads));
    }

    @ParameterizedTest(name = "{0}, tiles of {1} elements")
    @MethodSource("casesAndTiles")
    @DisplayName("with tiles of any size")
    void tiles(Case what, int elements) {
        assertSameFiles(what, what.merge().threads(2).tileElements(elements));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000_000, 1_200_000, 3_000_000, 5_000_000_000L})
    @DisplayName("and the same content hash, in any number of files")
    void shards(long bytes) {
        Path target = dir.resolve("shards-" + bytes);

        Sha256 hash = Case.ONE.merge().shardBytes(bytes).writeTo(target).contentHash();

        assertThat(hash).isEqualTo(RESULTS.get(Case.ONE).contentHash());
        assertThat(ModelCheck.contentHash(LocalModelFiles.open(target), 2)).isEqualTo(hash);
    }

    @Test
    @DisplayName("whatever the order in which adapters are added to a sum, two of one name among them")
    void orderOfAdapters() {
        List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3));
        Path first = dir.resolve("order-0");
        shuffled(order).writeTo(first);
        Random random = new Random(SEED);
        for (int round = 1; round <= 4; round++) {
            Collections.shuffle(order, random);
            Path other = dir.resolve("order-" + round);
            shuffled(order).writeTo(other);
            assertThat(fileHashes(other)).as("order %s", order).isEqualTo(fileHashes(first));
        }
    }

    private static ModelMerge shuffled(List<Integer> order) {
        ModelMerge merge = ModelMerge.into(foundation);
        for (int which : order) {
            switch (which) {
                case 0 -> merge.adapter("same", math, 0.7f);
                case 1 -> merge.adapter("same", reading, 1.1f);
                case 2 -> merge.adapter("same", reading, -0.4f);
                default -> merge.adapter("other", math, 0.1f);
            }
        }
        return merge;
    }

    @Nested
    @DisplayName("in any default locale and time zone")
    class Defaults {
        @ParameterizedTest
        @ValueSource(strings = {"tr-TR", "ar-EG-u-nu-arab", "hi-IN-u-nu-deva", "th-TH-u-ca-buddhist-nu-thai"})
        @DisplayName("for a model directory, its shards named with plain digits")
        void modelDirectory(String locale) {
            Map<String, Sha256> written = with(Locale.forLanguageTag(locale), "Asia/Kathmandu", () -> {
                Path target = dir.resolve("locale-" + locale);
                Case.SUM.merge().shardBytes(1_000_000).writeTo(target);
                return fileHashes(target);
            });
            Map<String, Sha256> plain = with(Locale.ROOT, "UTC", () -> {
                Path target = dir.resolve("locale-root-for-" + locale);
                Case.SUM.merge().shardBytes(1_000_000).writeTo(target);
                return fileHashes(target);
            });
            assertThat(written).isEqualTo(plain).containsKey("model-00001-of-00005.safetensors");
        }

        @ParameterizedTest
        @ValueSource(strings = {"tr-TR", "ar-EG-u-nu-arab", "hi-IN-u-nu-deva", "th-TH-u-ca-buddhist-nu-thai"})
        @DisplayName("for a checkpoint, down to its manifest and the namespace's events")
        void checkpoint(String locale) {
            Supplier<List<Object>> run = () -> {
                try (EngineFixture engine = new EngineFixture()) {
                    Subject islands = Subject.of("Iİıi-islands");
                    MergePolicy policy = MergePolicy.DEFAULT.withCombined(List.of(CombinedVariant.weightedSum(
                            "both", Map.of(EngineFixture.MATH, 0.1f, islands, 1234567.5f))));
                    CheckpointRow row = engine.checkpoint(policy, EngineFixture.MATH, islands);
                    return List.of(row, engine.orchestrator().namespaces().events(EngineFixture.ADA, 1, 100));
                }
            };

            assertThat(with(Locale.forLanguageTag(locale), "Pacific/Apia", run))
                    .isEqualTo(with(Locale.ROOT, "UTC", run));
        }

        private static <T> T with(Locale locale, String zone, Supplier<T> work) {
            Locale locales = Locale.getDefault();
            Locale formats = Locale.getDefault(Locale.Category.FORMAT);
            Locale displays = Locale.getDefault(Locale.Category.DISPLAY);
            TimeZone zones = TimeZone.getDefault();
            try {
                Locale.setDefault(locale);
                TimeZone.setDefault(TimeZone.getTimeZone(zone));
                return work.get();
            } finally {
                Locale.setDefault(locales);
                Locale.setDefault(Locale.Category.FORMAT, formats);
                Locale.setDefault(Locale.Category.DISPLAY, displays);
                TimeZone.setDefault(zones);
            }
        }
    }

    @Nested
    @DisplayName("in any form that a merged model takes")
    class Forms {
        @Test
        @DisplayName("as a DELTA and a FULL checkpoint, exported from either, and by a merge without namespaces")
        void layouts() {
            ExecutorService pool = Executors.newFixedThreadPool(3);
            try (EngineFixture engine = new EngineFixture();
                    Orchestrator orchestrator = Orchestrator.builder(
                                    engine.store, engine.blobs, new Releases().put("r1", foundation))
                            .executor(pool, 3)
                            .tileElements(777)
                            .build()) {
                for (Layout layout : Layout.values()) {
                    LearnerId learner = LearnerId.of("learner-" + layout);
                    orchestrator
                            .namespaces()
                            .provision(learner, List.of(EngineFixture.MATH), MergePolicy.DEFAULT.withLayout(layout));
                    orchestrator.adapters().register(learner, EngineFixture.MATH, math);
                    CheckpointRow row =
                            ((MergeOutcome.Merged) orchestrator.merges().mergeNow(learner)).checkpoint();
                    Path target = dir.resolve("exported-" + layout);

                    Sha256 exported = orchestrator.checkpoints().export(learner, 1, "math", target);

                    Sha256 expected = RESULTS.get(Case.ONE).contentHash();
                    assertThat(row.variants().get(0).contentHash()).isEqualTo(expected);
                    assertThat(exported).isEqualTo(expected);
                    assertThat(fileHashes(target)).isEqualTo(WRITTEN.get(Case.ONE));
                }
            } finally {
                pool.shutdown();
            }
        }

        @Test
        @DisplayName("and an adapter that changes nothing gives the foundation's own content hash")
        void zeroChange() {
            InMemoryModelFiles idle = AdapterFixture.seeded(1, 4, 8)
                    .idle("model.layers.0.up_proj", 700, 384)
                    .idle("model.layers.0.down_proj", 384, 1500)
                    .files();
            Path target = dir.resolve("zero-change");

            Sha256 merged = ModelMerge.into(foundation)
                    .adapter("idle", idle, 1f)
                    .writeTo(target)
                    .contentHash();

            Sha256 own = ModelCheck.contentHash(foundation, 2);
            assertThat(merged).isEqualTo(own);
            assertThat(ModelCheck.contentHash(LocalModelFiles.open(target), 1)).isEqualTo(own);
            assertThat(RESULTS.get(Case.ONE).contentHash()).isNotEqualTo(own);
        }
    }

    private static void assertSameFiles(Case what, ModelMerge merge) {
        try {
            Path target = Files.createTempDirectory(dir, "run").resolve("merged");
            ModelMerge.Result result = merge.writeTo(target);
            assertThat(result).isEqualTo(RESULTS.get(what));
            assertThat(fileHashes(target)).isEqualTo(WRITTEN.get(what));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SHA-256 of every file, by name. */
    private static Map<String, Sha256> fileHashes(Path directory) {
        Map<String, Sha256> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                hashes.put(
                        file.getFileName().toString(),
                        Sha256.of(MerkleTree.sha256().digest(Files.readAllBytes(file))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return hashes;
    }
}

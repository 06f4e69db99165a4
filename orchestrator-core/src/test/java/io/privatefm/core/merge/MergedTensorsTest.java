/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.AdapterFixture;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.adapter.Adapter;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorSource;
import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.merge.Composition;
import io.privatefm.spi.merge.Rounding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A merged tensor has the bytes of pfm-merge-1")
class MergedTensorsTest {
    private static final List<Dtype> DTYPES = List.of(Dtype.F32, Dtype.F16, Dtype.BF16);
    private static final String GPT2 = "{\"model_type\": \"gpt2\"}";
    private static final long SEED = TestSeed.of(MergedTensorsTest.class);

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : open) {
            resource.close();
        }
    }

    /** The kinds of layers, each with a weight and an adapter for it. */
    @SuppressWarnings("ImmutableEnumChecker") // nobody writes to the dimensions
    private enum Kind {
        LINEAR("m.proj", 37, 21),
        SQUARE("m.proj", 19, 19),
        /** Stored (in, out). */
        TRANSPOSED("m.proj", 21, 37),
        /** Stored (in, out), which the shape does not tell. */
        SQUARE_TRANSPOSED("m.c_attn", 19, 19),
        EMBEDDING("m.embed_tokens", 41, 13),
        CONV_1D("m.conv", 6, 5, 3),
        CONV_2D("m.conv", 6, 5, 3, 2),
        CONV_3D("m.conv", 4, 3, 2, 2, 3),
        POINTWISE("m.conv", 6, 5, 1, 1);

        final String module;
        final long[] dims;

        Kind(String module, long... dims) {
            this.module = module;
            this.dims = dims;
        }

        boolean isTransposed() {
            return this == TRANSPOSED || this == SQUARE_TRANSPOSED || this == EMBEDDING;
        }

        String weight() {
            return module + ".weight";
        }

        ModelFixture model(long seed, Dtype dtype) {
            ModelFixture model = ModelFixture.seeded(seed).random(weight(), dtype, dims);
            return this == SQUARE_TRANSPOSED ? model.file("config.json", GPT2) : model;
        }

        void addTo(AdapterFixture adapter) {
            switch (this) {
                case LINEAR, SQUARE -> adapter.linear(module, dims[0], dims[1]);
                case TRANSPOSED, SQUARE_TRANSPOSED -> adapter.linear(module, dims[1], dims[0]);
                case EMBEDDING -> adapter.embedding(module, dims[0], dims[1]);
                default -> adapter.convolution(module, dims);
            }
        }

        void addMagnitudesTo(AdapterFixture adapter) {
            long[] shape = {dims[isTransposed() ? 1 : 0]};
            if (dims.length > 2) {
                shape = new long[dims.length];
                Arrays.fill(shape, 1);
                shape[1] = dims[0];
            }
            adapter.random(module + ".lora_magnitude_vector", shape);
        }

        /** The adapter's update as the weight is stored. */
        float[] delta(AdapterFixture adapter, float scale) {
            boolean embedding = this == EMBEDDING;
            float[] a = adapter.values(module + (embedding ? ".lora_embedding_A" : ".lora_A.weight"));
            float[] b = adapter.values(module + (embedding ? ".lora_embedding_B" : ".lora_B.weight"));
            float[] delta = PfmMerge1.delta(a, b, adapter.rank(), scale);
            return isTransposed() ? PfmMerge1.transpose(delta, b.length / adapter.rank()) : delta;
        }

        float[] delta(AdapterFixture adapter) {
            return delta(adapter, (float) (adapter.alpha() / adapter.rank()));
        }

        /** PEFT rounds an embedding's update in both modes. */
        Rounding effective(Rounding rounding) {
            return this == EMBEDDING ? Rounding.SAFE : rounding;
        }
    }

    static Stream<Arguments> kindsAndDtypes() {
        return Stream.of(Kind.values()).flatMap(kind -> DTYPES.stream().map(dtype -> Arguments.of(kind, dtype)));
    }

    static Stream<Dtype> dtypes() {
        return DTYPES.stream();
    }

    @Nested
    @DisplayName("for one adapter")
    class OneAdapter {
        @ParameterizedTest(name = "{0}, {1}")
        @MethodSource("io.privatefm.core.merge.MergedTensorsTest#kindsAndDtypes")
        @DisplayName("whatever the layer, the dtypes of model and adapter, the rank and the rounding")
        void lowRank(Kind kind, Dtype dtype) {
            for (Dtype factors : DTYPES) {
                for (Rounding rounding : Rounding.values()) {
                    ModelFixture model = kind.model(random.nextLong(), dtype);
                    AdapterFixture adapter = adapter(kind).dtype(factors);
                    kind.addTo(adapter);

                    Map<String, byte[]> merged = merge(model, rounding, Composition.SUM, part(adapter));

                    float[] expected = PfmMerge1.sum(
                            dtype,
                            kind.effective(rounding),
                            model.values(kind.weight()),
                            List.of(new PfmMerge1.Term(1, kind.delta(adapter))));
                    assertThat(merged).containsOnlyKeys(kind.weight());
                    assertBytes(merged.get(kind.weight()), dtype, expected, rounding + ", factors " + factors);
                }
            }
        }

        @ParameterizedTest(name = "{0}, {1}")
        @MethodSource("io.privatefm.core.merge.MergedTensorsTest#kindsAndDtypes")
        @DisplayName("with DoRA, norms over rows or columns, the same in both roundings")
        void dora(Kind kind, Dtype dtype) {
            for (Rounding rounding : Rounding.values()) {
                ModelFixture model = kind.model(random.nextLong(), dtype);
                AdapterFixture adapter = adapter(kind).flag("use_dora");
                kind.addTo(adapter);
                kind.addMagnitudesTo(adapter);

                Map<String, byte[]> merged = merge(model, rounding, Composition.SUM, part(adapter));

                float[] expected = PfmMerge1.dora(
                        dtype,
                        model.values(kind.weight()),
                        kind.delta(adapter),
                        adapter.values(kind.module + ".lora_magnitude_vector"),
                        kind.isTransposed());
                assertBytes(merged.get(kind.weight()), dtype, expected, rounding.toString());
            }
        }

        @ParameterizedTest
        @MethodSource("io.privatefm.core.merge.MergedTensorsTest#dtypes")
        @DisplayName("with rank-stabilised scaling: alpha / sqrt(r) in binary64, rounded once")
        void rankStabilised(Dtype dtype) {
            Kind kind = Kind.LINEAR;
            ModelFixture model = kind.model(random.nextLong(), dtype);
            AdapterFixture adapter =
                    AdapterFixture.seeded(random.nextLong(), 7, 11).flag("use_rslora");
            kind.addTo(adapter);

            byte[] merged = merge(model, Rounding.SINGLE, Composition.SUM, part(adapter))
                    .get(kind.weight());

            float[] delta = kind.delta(adapter, (float) (11 / Math.sqrt(7)));
            assertBytes(
                    merged,
                    dtype,
                    PfmMerge1.sum(
                            dtype, Rounding.SINGLE, model.values(kind.weight()), List.of(new PfmMerge1.Term(1, delta))),
                    "rslora");
        }

        @ParameterizedTest
        @MethodSource("io.privatefm.core.merge.MergedTensorsTest#dtypes")
        @DisplayName("for a bias, rounded once in both roundings")
        void bias(Dtype dtype) {
            for (Rounding rounding : Rounding.values()) {
                ModelFixture model = Kind.LINEAR.model(random.nextLong(), dtype).random("m.proj.bias", dtype, 37);
                AdapterFixture adapter = adapter(Kind.LINEAR).flag("lora_bias").random("m.proj.lora_B.bias", 37);
                Kind.LINEAR.addTo(adapter);

                byte[] merged =
                        merge(model, rounding, Composition.SUM, part(adapter)).get("m.proj.bias");

                float scale = (float) (adapter.alpha() / adapter.rank());
                float[] base = model.values("m.proj.bias");
                float[] shift = adapter.values("m.proj.lora_B.bias");
                float[] expected = new float[37];
                for (int i = 0; i < 37; i++) {
                    expected[i] = base[i] + shift[i] * scale;
                }
                assertBytes(merged, dtype, expected, rounding.toString());
            }
        }

        @ParameterizedTest
        @MethodSource("io.privatefm.core.merge.MergedTensorsTest#dtypes")
        @DisplayName("that brings the values to start from: they replace the foundation's, rounded to its dtype first")
        void savedBase(Dtype dtype) {
            Kind kind = Kind.LINEAR;
            ModelFixture model = kind.model(random.nextLong(), dtype).random("m.proj.bias", dtype, 37);
            AdapterFixture adapter = adapter(kind)
                    .flag("lora_bias")
                    .random("m.proj.lora_B.bias", 37)
                    .random("m.proj.base_layer.weight", 37, 21)
                    .random("m.proj.base_layer.bias", 37);
            kind.addTo(adapter);

            Map<String, byte[]> merged = merge(model, Rounding.SAFE, Composition.SUM, part(adapter));

            float[] weight = rounded(dtype, adapter.values("m.proj.base_layer.weight"));
            float[] bias = rounded(dtype, adapter.values("m.proj.base_layer.bias"));
            float[] shift = adapter.values("m.proj.lora_B.bias");
            for (int i = 0; i < 37; i++) {
                bias[i] = bias[i] + shift[i] * (float) (adapter.alpha() / adapter.rank());
            }
            assertBytes(merged.get("m.proj.bias"), dtype, bias, "bias");
            assertBytes(
                    merged.get(kind.weight()),
                    dtype,
                    PfmMerge1.sum(dtype, Rounding.SAFE, weight, List.of(new PfmMerge1.Term(1, kind.delta(adapter)))),
                    "weight");
        }

        @ParameterizedTest
        @MethodSource("io.privatefm.core.merge.MergedTensorsTest#dtypes")
        @DisplayName("for modules that are saved whole: rounded to the foundation's dtype, kept where there is none")
        void wholeTensors(Dtype dtype) {
            ModelFixture model = Kind.LINEAR.model(random.nextLong(), dtype).random("lm_head.weight", dtype, 5, 3);
            AdapterFixture adapter = adapter(Kind.LINEAR)
                    .savesModules("lm_head", "score")
                    .random("lm_head.weight", 5, 3)
                    .dtype(Dtype.BF16)
                    .random("score.weight", 2, 3);
            Kind.LINEAR.addTo(adapter);

            Map<String, byte[]> merged = merge(model, Rounding.SINGLE, Composition.SUM, part(adapter));

            assertThat(merged).containsOnlyKeys("m.proj.weight", "lm_head.weight", "score.weight");
            assertBytes(merged.get("lm_head.weight"), dtype, adapter.values("lm_head.weight"), "replaced");
            assertBytes(merged.get("score.weight"), Dtype.BF16, adapter.values("score.weight"), "added");
        }

        @ParameterizedTest
        @MethodSource("io.privatefm.core.merge.MergedTensorsTest#dtypes")
        @DisplayName("where zeros of both signs, subnormal values and ties meet")
        void edgesOfTheFormat(Dtype dtype) {
            float tiny = dtype == Dtype.F16 ? 0x1p-24f : dtype == Dtype.BF16 ? 0x1p-133f : Float.MIN_VALUE;
            float unit = dtype == Dtype.F16 ? 0x1p-10f : dtype == Dtype.BF16 ? 0x1p-7f : 0x1p-23f;
            float[] base = {0f, -0f, tiny, -tiny, 3 * tiny, 1f, 1f + unit, 1f + 2 * unit, -1f - unit, 1f, 2f, -2f};
            float[] delta = {
                0f, 0f, -tiny, tiny, tiny / 2, unit / 2, unit / 2, -unit / 2, -unit / 2, unit * 0.75f, -unit, 2f
            };
            ModelFixture model = ModelFixture.seeded(1).floats("m.proj.weight", dtype, Shape.of(1, base.length), base);
            AdapterFixture exact = AdapterFixture.seeded(1, 1, 1).linear("m.proj", delta, new float[] {1});

            for (Rounding rounding : Rounding.values()) {
                byte[] merged =
                        merge(model, rounding, Composition.SUM, part(exact)).get("m.proj.weight");
                float[] expected = PfmMerge1.sum(
                        dtype,
                        rounding,
                        model.values("m.proj.weight"),
                        List.of(new PfmMerge1.Term(1, Kind.LINEAR.delta(exact))));
                assertBytes(merged, dtype, expected, rounding.toString());
            }
        }
    }

    @Nested
    @DisplayName("for several adapters with weights")
    class SeveralAdapters {
        @ParameterizedTest(name = "{0}, {1}")
        @MethodSource("io.privatefm.core.merge.MergedTensorsTest#kindsAndDtypes")
        @DisplayName("summed in their order and rounded once, or one after the other")
        void combine(Kind kind, Dtype dtype) {
            for (Composition composition : Composition.values()) {
                for (Rounding rounding : Rounding.values()) {
                    ModelFixture model = kind.model(random.nextLong(), dtype);
                    List<Weighted> parts = new ArrayList<>();
                    List<PfmMerge1.Term> terms = new ArrayList<>();
                    for (int i = 0; i < 3; i++) {
                        AdapterFixture adapter = adapter(kind);
                        kind.addTo(adapter);
                        float weight = (float) random.nextDouble(-2, 2);
                        parts.add(new Weighted(adapter, weight));
                        terms.add(new PfmMerge1.Term(weight, kind.delta(adapter)));
                    }

                    byte[] merged = merge(model, rounding, composition, parts.toArray(Weighted[]::new))
                            .get(kind.weight());

                    float[] base = model.values(kind.weight());
                    float[] expected = composition == Composition.SUM
                            ? PfmMerge1.sum(dtype, kind.effective(rounding), base, terms)
                            : PfmMerge1.sequence(dtype, kind.effective(rounding), base, terms);
                    assertBytes(merged, dtype, expected, composition + ", " + rounding);
                }
            }
        }

        @Test
        @DisplayName("where each tensor takes the updates of the adapters that change it, biases too")
        void overlapInPart() {
            ModelFixture model = ModelFixture.seeded(random.nextLong())
                    .random("a.weight", Dtype.BF16, 5, 4)
                    .random("b.weight", Dtype.BF16, 6, 4)
                    .random("b.bias", Dtype.BF16, 6)
                    .random("c.weight", Dtype.BF16, 7, 4);
            AdapterFixture one = AdapterFixture.seeded(random.nextLong(), 2, 2)
                    .linear("a", 5, 4)
                    .linear("b", 6, 4);
            AdapterFixture two = AdapterFixture.seeded(random.nextLong(), 3, 5)
                    .flag("lora_bias")
                    .linear("b", 6, 4)
                    .random("b.lora_B.bias", 6)
                    .linear("c", 7, 4)
                    .random("c.lora_B.bias", 7);
            model.random("c.bias", Dtype.BF16, 7);

            Map<String, byte[]> merged =
                    merge(model, Rounding.SINGLE, Composition.SUM, new Weighted(one, 0.5f), new Weighted(two, -3f));

            assertThat(merged).containsOnlyKeys("a.weight", "b.weight", "b.bias", "c.weight", "c.bias");
            float[] deltaOfOne = PfmMerge1.delta(one.values("b.lora_A.weight"), one.values("b.lora_B.weight"), 2, 1);
            float scale = (float) (5.0 / 3);
            float[] deltaOfTwo =
                    PfmMerge1.delta(two.values("b.lora_A.weight"), two.values("b.lora_B.weight"), 3, scale);
            assertBytes(
                    merged.get("b.weight"),
                    Dtype.BF16,
                    PfmMerge1.sum(
                            Dtype.BF16,
                            Rounding.SINGLE,
                            model.values("b.weight"),
                            List.of(new PfmMerge1.Term(0.5f, deltaOfOne), new PfmMerge1.Term(-3f, deltaOfTwo))),
                    "both");
            float[] shift = two.values("b.lora_B.bias");
            float[] bias = model.values("b.bias");
            for (int i = 0; i < 6; i++) {
                bias[i] = bias[i] + -3f * (shift[i] * scale);
            }
            assertBytes(merged.get("b.bias"), Dtype.BF16, bias, "bias of one");
        }
    }

    @Nested
    @DisplayName("however it is read")
    class Reading {
        @ParameterizedTest
        @EnumSource(Kind.class)
        @DisplayName("in ranges of any size and order, into any place of an array")
        void ranges(Kind kind) {
            for (Dtype dtype : DTYPES) {
                for (boolean dora : new boolean[] {false, true}) {
                    AdapterFixture adapter = adapter(kind);
                    kind.addTo(adapter);
                    if (dora) {
                        kind.addMagnitudesTo(adapter.flag("use_dora"));
                    }
                    TensorSource tensor = sources(
                                    kind.model(random.nextLong(), dtype),
                                    Rounding.SINGLE,
                                    Composition.SUM,
                                    part(adapter))
                            .get(kind.weight());
                    byte[] whole = readWhole(tensor);

                    for (int round = 0; round < 40; round++) {
                        int elements = whole.length / dtype.bytes();
                        int from = random.nextInt(elements + 1) * dtype.bytes();
                        int length = random.nextInt((whole.length - from) / dtype.bytes() + 1) * dtype.bytes();
                        int at = random.nextInt(20);
                        byte[] target = new byte[at + length + 5];
                        Arrays.fill(target, (byte) 0x5a);
                        byte[] expected = target.clone();
                        System.arraycopy(whole, from, expected, at, length);

                        tensor.read(from, target, at, length);

                        assertThat(target)
                                .as("%s %s, dora %s: %s bytes from %s", kind, dtype, dora, length, from)
                                .isEqualTo(expected);
                    }
                }
            }
        }

        @Test
        @DisplayName("for a tensor that is only rounded")
        void rangesOfConverted() {
            AdapterFixture adapter = adapter(Kind.LINEAR).savesModules("head").random("head.weight", 9, 5);
            Kind.LINEAR.addTo(adapter);
            ModelFixture model = Kind.LINEAR.model(random.nextLong(), Dtype.F16).random("head.weight", Dtype.F16, 9, 5);
            TensorSource tensor = sources(model, Rounding.SINGLE, Composition.SUM, part(adapter))
                    .get("head.weight");
            byte[] whole = readWhole(tensor);

            for (int from = 0; from <= whole.length; from += 2) {
                byte[] part = new byte[whole.length - from];
                tensor.read(from, part, 0, part.length);
                assertThat(part).isEqualTo(Arrays.copyOfRange(whole, from, whole.length));
            }
        }

        @Test
        @DisplayName("also where a dimension is 0: nothing, and no division by it")
        void emptyTensor() {
            ModelFixture model = ModelFixture.seeded(1).random("m.proj.weight", Dtype.F32, 0, 4);
            AdapterFixture adapter = AdapterFixture.seeded(1, 2, 2).linear("m.proj", 0, 4);

            assertThat(merge(model, Rounding.SINGLE, Composition.SUM, part(adapter))
                            .get("m.proj.weight"))
                    .isEmpty();
        }
    }

    @Nested
    @DisplayName("or is refused, with the tensor and the element,")
    class Refusals {
        @ParameterizedTest
        @MethodSource("io.privatefm.core.merge.MergedTensorsTest#dtypes")
        @DisplayName("when the foundation holds a NaN there")
        void nanInTheFoundation(Dtype dtype) {
            float[] base = new float[24];
            base[17] = Float.NaN;
            ModelFixture model = ModelFixture.seeded(1).floats("m.proj.weight", dtype, Shape.of(6, 4), base);
            AdapterFixture adapter = AdapterFixture.seeded(1, 2, 2).linear("m.proj", 6, 4);

            assertNotFinite(model, adapter, "m.proj.weight", 17, "NaN", dtype);
        }

        @ParameterizedTest
        @MethodSource("io.privatefm.core.merge.MergedTensorsTest#dtypes")
        @DisplayName("when the sum overflows the foundation's dtype")
        void overflow(Dtype dtype) {
            float largest = dtype == Dtype.F16 ? 65504 : dtype == Dtype.BF16 ? 0x1.FEp127f : Float.MAX_VALUE;
            float[] base = new float[24];
            base[22] = -largest;
            ModelFixture model = ModelFixture.seeded(1).floats("m.proj.weight", dtype, Shape.of(6, 4), base);
            AdapterFixture adapter = AdapterFixture.seeded(1, 1, 1)
                    .linear("m.proj", new float[] {1, 1, 1, 1}, new float[] {0, 0, 0, 0, 0, -largest / 64});

            assertNotFinite(model, adapter, "m.proj.weight", 22, "-Infinity", dtype);
        }

        @ParameterizedTest
        @MethodSource("io.privatefm.core.merge.MergedTensorsTest#dtypes")
        @DisplayName("when a DoRA row has no length")
        void noNorm(Dtype dtype) {
            float[] base = new float[24];
            Arrays.fill(base, 1f);
            Arrays.fill(base, 8, 12, 0f);
            ModelFixture model = ModelFixture.seeded(1).floats("m.proj.weight", dtype, Shape.of(6, 4), base);
            AdapterFixture adapter = AdapterFixture.seeded(1, 2, 2)
                    .flag("use_dora")
                    .idle("m.proj", 6, 4)
                    .random("m.proj.lora_magnitude_vector", 6);

            assertNotFinite(model, adapter, "m.proj.weight", 8, "NaN", dtype);
        }

        @Test
        @DisplayName("when a whole tensor does not fit the foundation's narrower dtype")
        void doesNotFit() {
            ModelFixture model = Kind.LINEAR.model(1, Dtype.F16).random("head.weight", Dtype.F16, 2, 3);
            AdapterFixture adapter = adapter(Kind.LINEAR)
                    .savesModules("head")
                    .floats("head.weight", Shape.of(2, 3), 1, 2, 3, 4, 65520, 6);
            Kind.LINEAR.addTo(adapter);

            assertNotFinite(model, adapter, "head.weight", 4, "Infinity", Dtype.F16);
        }

        @Test
        @DisplayName("when a bias overflows")
        void biasOverflows() {
            ModelFixture model = Kind.LINEAR.model(1, Dtype.F16);
            float[] bias = new float[37];
            bias[30] = 65504;
            model.floats("m.proj.bias", Dtype.F16, Shape.of(37), bias);
            AdapterFixture adapter = AdapterFixture.seeded(1, 1, 1)
                    .flag("lora_bias")
                    .idle("m.proj", 37, 21)
                    .floats("m.proj.lora_B.bias", Shape.of(37), bias);

            assertNotFinite(model, adapter, "m.proj.bias", 30, "Infinity", Dtype.F16);
        }

        /** Both when the tensor is read as a whole and when reading begins at the element itself. */
        private void assertNotFinite(
                ModelFixture model, AdapterFixture adapter, String name, int element, String value, Dtype dtype) {
            TensorSource tensor = sources(model, Rounding.SINGLE, Composition.SUM, part(adapter))
                    .get(name);
            int size = (int) tensor.info().byteLength();
            for (int from : new int[] {0, element * dtype.bytes()}) {
                assertThatThrownBy(() -> tensor.read(from, new byte[size], 0, size - from))
                        .isInstanceOfSatisfying(InvalidInputException.class, e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.NOT_FINITE);
                            assertThat(e.tensor()).isEqualTo(name);
                            assertThat(e.file()).isNull();
                        })
                        .hasMessage(name + ": the merged value of element " + element + " is " + value
                                + " (NaN in an input, or an overflow of " + dtype + ")");
            }
        }
    }

    /** An adapter and its weight in a merge. */
    private record Weighted(AdapterFixture adapter, float weight) {}

    private static Weighted part(AdapterFixture adapter) {
        return new Weighted(adapter, 1f);
    }

    /** An adapter without factors, of a rank that fits the kind. */
    private AdapterFixture adapter(Kind kind) {
        int rank = 1 + random.nextInt(kind == Kind.LINEAR ? 40 : 9);
        return AdapterFixture.seeded(random.nextLong(), rank, random.nextInt(1, 33));
    }

    private Map<String, byte[]> merge(
            ModelFixture model, Rounding rounding, Composition composition, Weighted... adapters) {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        sources(model, rounding, composition, adapters).forEach((name, tensor) -> bytes.put(name, readWhole(tensor)));
        return bytes;
    }

    private Map<String, TensorSource> sources(
            ModelFixture model, Rounding rounding, Composition composition, Weighted... adapters) {
        ModelDirectory directory = ModelDirectory.open(model.files(), FormatLimits.FOUNDATION);
        open.add(directory);
        List<VariantAssembler.Part> parts = new ArrayList<>();
        for (int i = 0; i < adapters.length; i++) {
            Adapter adapter = Adapter.open(adapters[i].adapter.files(), AdapterLimits.DEFAULT);
            open.add(adapter);
            parts.add(new VariantAssembler.Part("adapter " + i, adapter, adapters[i].weight));
        }
        int tile = 1 + random.nextInt(300);
        return new VariantAssembler(directory.tensors(), directory.config(), new ScalarKernels(), tile)
                .assemble(parts, new WeightedSum(), rounding, composition)
                .changed();
    }

    private static byte[] readWhole(TensorSource tensor) {
        byte[] bytes = new byte[(int) tensor.info().byteLength()];
        tensor.read(0, bytes, 0, bytes.length);
        return bytes;
    }

    private static float[] rounded(Dtype dtype, float... values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = PfmMerge1.round(dtype, values[i]);
        }
        return rounded;
    }

    private static void assertBytes(byte[] found, Dtype dtype, float[] expected, String what) {
        assertThat(found).as(what).isEqualTo(PfmMerge1.bytes(dtype, expected));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.privatefm.core.ModelFixture;
import io.privatefm.core.memory.InMemoryBlobs;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.core.model.ModelConfig;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.model.SafetensorsBytes;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.adapter.AdapterLimits.Limit;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A limit for adapters")
class AdapterLimitsTest {
    private static final String MODULE = "base_model.model.model.layers.0.q_proj";
    private static final String CONFIG = "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4,"
            + "\"target_modules\":\".*q_proj\",\"layers_to_transform\":[],\"rank_pattern\":{\"q.*\":3,\"^v.*\":1}}";
    private static final byte[] WEIGHTS = SafetensorsBytes.builder()
            .metadata("fé", "pt")
            .addFloats(MODULE + ".lora_A.weight", Dtype.F32, Shape.of(2, 8), new float[16])
            .addFloats(MODULE + ".lora_B.weight", Dtype.F32, Shape.of(8, 2), new float[16])
            .build();
    private static final int HEADER_BYTES =
            ByteBuffer.wrap(WEIGHTS).order(ByteOrder.LITTLE_ENDIAN).getInt();

    private static Stream<Arguments> exact() {
        return Stream.of(
                arguments(Limit.WEIGHTS_BYTES, WEIGHTS.length, "longer than " + (WEIGHTS.length - 1) + " bytes"),
                arguments(Limit.HEADER_BYTES, HEADER_BYTES, "the limit is " + (HEADER_BYTES - 1)),
                arguments(Limit.METADATA_BYTES, 5, "__metadata__: longer than 4 bytes"),
                arguments(Limit.TENSORS, 2, "more than 1 tensors"),
                arguments(Limit.NAME_LENGTH, MODULE.length() + 14, "a tensor's name is 1 to"),
                arguments(Limit.DIMENSIONS, 2, "shape must be at most 1 whole numbers"),
                arguments(Limit.CONFIG_BYTES, CONFIG.length(), "longer than " + (CONFIG.length() - 1) + " bytes"),
                arguments(Limit.CONFIG_TOKENS, 20, "more than 19 tokens"),
                arguments(Limit.CONFIG_DEPTH, 2, "nested deeper than 1"),
                arguments(Limit.RANK, 3, "a rank must be a whole number from 1 to 2, not 3"),
                arguments(Limit.PATTERNS, 3, "more than 2 regular expressions"),
                arguments(Limit.PATTERN_LENGTH, 14, "more than 13 characters"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("exact")
    @DisplayName("is the highest value that is accepted:")
    void exact(Limit limit, long value, String refusal) {
        InMemoryModelFiles files = files();
        Adapter.open(files, AdapterLimits.DEFAULT.with(limit, value)).close();
        assertRefused(() -> Adapter.open(files, AdapterLimits.DEFAULT.with(limit, value - 1)), refusal);
        assertThat(files.openHandles()).isZero();
    }

    @Test
    @DisplayName("of the rank is one for the rank that a configuration leaves out, too")
    void rankLeftOut() {
        InMemoryModelFiles files = files().put(Adapter.CONFIG_FILE, "{\"peft_type\":\"LORA\"}");
        Adapter.open(files, AdapterLimits.DEFAULT.with(Limit.RANK, 8)).close();
        assertRefused(
                () -> Adapter.open(files, AdapterLimits.DEFAULT.with(Limit.RANK, 7)), "a rank must be a whole number");
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(
            value = Limit.class,
            names = {"PATTERN_STEPS", "ALL_PATTERN_STEPS"})
    @DisplayName("of steps is the highest number that matching takes:")
    void steps(Limit limit) {
        long enough = limit.standard();
        long few = 1;
        while (few + 1 < enough) {
            long middle = (few + enough) / 2;
            try {
                fit(AdapterLimits.DEFAULT.with(limit, middle));
                enough = middle;
            } catch (InvalidInputException e) {
                few = middle;
            }
        }

        assertThat(enough).isBetween(10L, 10_000L);
        AdapterLimits limits = AdapterLimits.DEFAULT.with(limit, few);
        assertRefused(() -> fit(limits), "more than " + few + " steps");
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(
            value = Limit.class,
            names = {"WEIGHTS_BYTES", "CONFIG_BYTES"})
    @DisplayName("of bytes keeps a longer file from being copied:")
    void notCopied(Limit limit) {
        InMemoryModelFiles files = files();
        AdapterArchive archive = new AdapterArchive(
                new SealedBlobs(new InMemoryBlobs(InstantSource.system()), null, new Random(1)),
                AdapterLimits.DEFAULT.with(limit, 9));
        long read = limit == Limit.CONFIG_BYTES ? 0 : CONFIG.length();

        assertRefused(
                () -> archive.keep(new NsUid("0123456789abcdef0123456789abcdef"), Subject.of("math"), files),
                "longer than 9 bytes");
        assertThat(files.bytesRead()).isEqualTo(read);
        assertThat(files.openHandles()).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Limit.class)
    @DisplayName("is from 1 to the most that the format and this engine can take:")
    void range(Limit limit) {
        assertThat(AdapterLimits.DEFAULT.get(limit)).isEqualTo(limit.standard());
        for (long sound : new long[] {1, limit.standard(), limit.most()}) {
            assertThat(AdapterLimits.DEFAULT.with(limit, sound).get(limit)).isEqualTo(sound);
        }
        for (long nonsense : new long[] {Long.MIN_VALUE, -1, 0, limit.most() + 1}) {
            assertThatThrownBy(() -> AdapterLimits.DEFAULT.with(limit, nonsense))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                    .hasMessageContaining("must be from 1 to " + limit.most() + ", not " + nonsense);
        }
    }

    @Test
    @DisplayName("is never higher than what a foundation may have, so that a merged model can be read again")
    void asFoundations() {
        AdapterLimits most = AdapterLimits.DEFAULT;
        for (Limit limit : Limit.values()) {
            most = most.with(limit, limit.most());
        }
        FormatLimits highest = FormatLimits.of(most);

        assertThat(highest.headerBytes()).as("what the format allows").isEqualTo(100_000_000);
        assertThat(highest.tensors()).isLessThanOrEqualTo(FormatLimits.FOUNDATION.tensors());
        assertThat(highest.nameLength()).isLessThanOrEqualTo(FormatLimits.FOUNDATION.nameLength());
        assertThat(highest.dimensions()).isLessThanOrEqualTo(FormatLimits.FOUNDATION.dimensions());
    }

    @Test
    @DisplayName("leaves the others as they are")
    void others() {
        AdapterLimits two = AdapterLimits.DEFAULT.with(Limit.RANK, 64).with(Limit.TENSORS, 9);

        assertThat(Arrays.stream(Limit.values()).filter(limit -> two.get(limit) != limit.standard()))
                .containsExactly(Limit.TENSORS, Limit.RANK);
        assertThat(two).hasToString("{TENSORS=9, RANK=64}");
        assertThat(AdapterLimits.DEFAULT).hasToString("{}");
    }

    private static InMemoryModelFiles files() {
        return new InMemoryModelFiles().put(Adapter.CONFIG_FILE, CONFIG).put(Adapter.WEIGHTS_FILE, WEIGHTS);
    }

    private static void fit(AdapterLimits limits) {
        InMemoryModelFiles files = files().put(Adapter.CONFIG_FILE, CONFIG.replace("\"q.*\":3", "\"q.*\":2"));
        try (ModelDirectory model = ModelDirectory.open(ModelFixture.tiny(1).files(), FormatLimits.FOUNDATION);
                Adapter adapter = Adapter.open(files, limits)) {
            Map<String, TensorInfo> infos = new TreeMap<>();
            model.tensors().forEach((name, tensor) -> infos.put(name, tensor.info()));
            infos.remove("model.layers.1.q_proj.weight");
            adapter.fit(infos, ModelConfig.UNKNOWN);
        }
    }

    private static void assertRefused(Runnable call, String reason) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_INVALID))
                .hasMessageContaining(reason);
    }
}

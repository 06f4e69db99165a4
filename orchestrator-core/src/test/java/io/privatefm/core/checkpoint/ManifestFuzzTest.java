/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.fuzz.Fuzzing;
import io.privatefm.core.fuzz.JsonMutator;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.merge.VariantPlan;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fuzz")
class ManifestFuzzTest {
    private static final String BLOB = "blob x";
    private static final Sha256 HASH = Sha256.parse("0123456789abcdef".repeat(4));
    private static final List<TensorDigest> TENSORS = List.of(
            new TensorDigest(new TensorInfo("a.weight", Dtype.BF16, Shape.of(4, 8)), HASH),
            new TensorDigest(new TensorInfo("b", Dtype.F32, Shape.of()), HASH));

    private static final List<String> WORDS = List.of(
            "\"" + HASH.hex() + "\"",
            "\"" + HASH.hex().toUpperCase(Locale.ROOT) + "\"",
            "\"" + HASH.hex() + "0\"",
            "\"format\"",
            "\"ns_uid\"",
            "\"parent\"",
            "\"variants\"",
            "\"tensors\"",
            "\"adapters\"",
            "\"shape\"",
            "\"dtype\"",
            "\"weight\"",
            "\"0x1.8p1\"",
            "\"NaN\"",
            "\"0x1p9999\"",
            "\"F4\"",
            "\"DELTA\"",
            "\"FULL\"",
            "\"SAFE\"",
            "\"math\"",
            "\"history\"",
            "[4,-8]",
            "[1,2,3,4,5,6,7,8,9]",
            "[4294967296,4294967296]");

    private static final JsonMutator MANIFESTS = new JsonMutator(
            List.of(manifest(Optional.empty(), "math"), manifest(Optional.of(HASH), "art", "math")), WORDS);
    private static final JsonMutator LISTINGS = new JsonMutator(
            List.of(text(ModelListing.of(TENSORS, Map.of("config.json", HASH, "model.safetensors", HASH))
                    .write())),
            WORDS);

    @Test
    @DisplayName("Any manifest is read, and is then what this version writes, or is refused as damage")
    void manifest() {
        Fuzzing.run(getClass(), 40_000, random -> {
                    byte[] bytes = MANIFESTS.next(random, random.nextInt(4));
                    try {
                        assertThat(ManifestJson.write(ManifestJson.read(bytes, BLOB)))
                                .isEqualTo(bytes);
                    } catch (CorruptDataException e) {
                        assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATA);
                        assertThat(e).hasMessageContaining(BLOB);
                        throw new Fuzzing.Refusal(e);
                    }
                })
                .assertReach(5, 60, 20);
    }

    @Test
    @DisplayName("Any listing of a model is read, and can be written again, or is refused as an invalid input")
    void listing() {
        Fuzzing.run(getClass(), 10_000, random -> {
                    byte[] bytes = LISTINGS.next(random, random.nextInt(4));
                    try {
                        ModelListing listing = ModelListing.read(bytes);
                        assertThat(ModelListing.read(listing.write())).isEqualTo(listing);
                    } catch (InvalidInputException e) {
                        assertThat(e.code()).isEqualTo(ErrorCode.MODEL_INVALID);
                        assertThat(e.file()).isEqualTo(ModelListing.FILE);
                        throw new Fuzzing.Refusal(e);
                    }
                })
                .assertReach(5, 90, 15);
    }

    private static String manifest(Optional<Sha256> parent, String... variants) {
        List<VariantEntry> entries = Arrays.stream(variants)
                .map(name -> new VariantEntry(
                        new VariantPlan(
                                name,
                                List.of(new VariantPlan.Input(Subject.of(name), 3, HASH, 1f)),
                                "weighted-sum",
                                Rounding.SINGLE,
                                Layout.DELTA,
                                HASH),
                        1,
                        HASH,
                        HASH,
                        1234,
                        false,
                        TENSORS))
                .toList();
        return text(ManifestJson.write(
                new Manifest(new NsUid("0123456789abcdef0123456789abcdef"), 2, parent, "release-1", HASH, entries)));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

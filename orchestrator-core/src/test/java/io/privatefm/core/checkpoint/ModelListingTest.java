/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.ModelCheck;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.checkpoint.Verification.Damage;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A model directory that this project wrote")
class ModelListingTest {
    @TempDir
    Path dir;

    /** What was written, to be damaged. */
    private final InMemoryModelFiles files = new InMemoryModelFiles();

    private Sha256 hash = ModelCheck.contentHash(ModelFixture.tiny(1).files(), 1);

    @BeforeEach
    void write() {
        InMemoryModelFiles model = ModelFixture.tiny(1).files();
        try (ModelDirectory directory = ModelDirectory.open(model, FormatLimits.FOUNDATION)) {
            hash = new ModelDirectoryWriter(TensorStream.sequential(), 1 << 30)
                    .write(List.copyOf(directory.tensors().values()), model, false, dir.resolve("m"), Optional.empty())
                    .contentHash();
        }
        LocalModelFiles written = LocalModelFiles.open(dir.resolve("m"));
        for (String name : written.names()) {
            try (RangedFile file = written.open(name)) {
                byte[] bytes = new byte[(int) file.size()];
                file.read(0, ByteBuffer.wrap(bytes));
                files.put(name, bytes);
            }
        }
    }

    @Test
    @DisplayName("is intact as it was written")
    void intact() {
        assertThat(ModelCheck.verify(files, hash, 2)).isEqualTo(new Verification.Intact(hash));
    }

    @Test
    @DisplayName("names the tensor whose bytes changed")
    void tensor() {
        byte[] weights = read("model.safetensors");
        weights[weights.length - 1] ^= 1;
        files.put("model.safetensors", weights);

        assertThat(damages())
                .containsExactly(
                        new Damage(Optional.empty(), Optional.of("model.norm.weight"), "its bytes are damaged"));
    }

    @Test
    @DisplayName("names the file that changed or is missing, if it is not the tensors' data")
    void otherFile() {
        files.put("tokenizer.json", "{}");
        assertThat(damages())
                .containsExactly(new Damage(Optional.empty(), Optional.empty(), "file tokenizer.json is damaged"));
    }

    @Test
    @DisplayName("is damaged, tensors missing and strange ones named, when it holds another model's weights")
    void otherWeights() {
        files.put(
                "model.safetensors",
                readOf(ModelFixture.seeded(1)
                        .random("lm_head.weight", Dtype.F16, 12, 8)
                        .random("strange", Dtype.F32, 1)
                        .files()));

        assertThat(damages())
                .contains(
                        new Damage(
                                Optional.empty(),
                                Optional.of("lm_head.weight"),
                                "is F16 [12, 8], expected BF16 [12, 8]"),
                        new Damage(Optional.empty(), Optional.of("model.norm.weight"), "is missing"),
                        new Damage(Optional.empty(), Optional.of("strange"), "does not belong to this model"),
                        new Damage(Optional.empty(), Optional.empty(), "file model.safetensors is damaged"));
    }

    @Test
    @DisplayName("is held against the expected hash, not against the one that its listing claims")
    void expectedHashCounts() {
        Sha256 other = ModelCheck.contentHash(ModelFixture.tiny(2).files(), 1);

        assertThat(((Verification.Damaged) ModelCheck.verify(files, other, 1)).damages())
                .containsExactly(
                        new Damage(
                                Optional.empty(),
                                Optional.empty(),
                                "pfm-tree.json is damaged or belongs to another model"),
                        new Damage(
                                Optional.empty(),
                                Optional.empty(),
                                "the content hash is " + hash + ", expected " + other));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"tensors\":[1]}",
                "{\"tensors\":{\"a\":1}}",
                "{\"tensors\":{\"a\":{\"dtype\":\"F99\",\"root\":\"00\",\"shape\":[1]}}}",
                "{\"tensors\":{\"a\":{\"dtype\":\"F32\",\"root\":\"00\",\"shape\":[1]}}}",
                "{\"tensors\":{\"a\":{\"dtype\":\"F32\",\"root\":\"00\",\"shape\":[-1]}}}",
                "{\"tensors\":{\"a\":{\"dtype\":\"F32\",\"root\":\"00\",\"shape\":{\"b\":1}}}}",
                "{\"tensors\":{},\"files\":{\"a\":\"00\"}}"
            })
    @DisplayName("is damaged, and nothing worse, when its listing is malformed")
    void malformedListing(String listing) {
        files.put("pfm-tree.json", listing);

        assertThat(damages()).singleElement().satisfies(damage -> {
            assertThat(damage.tensor()).isEmpty();
            assertThat(damage.reason()).startsWith("pfm-tree.json is damaged");
        });
    }

    @Test
    @DisplayName("has a listing that reads back as it was written")
    void roundTrip() {
        byte[] listing = read("pfm-tree.json");

        assertThat(ModelListing.read(listing).write()).isEqualTo(listing);
        assertThat(ModelListing.read(listing).contentHash()).isEqualTo(hash);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"files\":{\"a\":\"xyz\"}}",
                "{\"files\":{\"a\":null}}",
                "{\"tensors\":{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"root\":\"xyz\"}}}",
                "{\"tensors\":{\"a\":{\"dtype\":\"F33\",\"shape\":[2]}}}"
            })
    @DisplayName("is refused, its listing named, if that is malformed")
    void malformed(String listing) {
        assertThatThrownBy(() -> ModelListing.read(listing.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(InvalidInputException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.MODEL_INVALID);
                    assertThat(e.file()).isEqualTo("pfm-tree.json");
                });
    }

    private List<Damage> damages() {
        return ((Verification.Damaged) ModelCheck.verify(files, hash, 1)).damages();
    }

    private byte[] read(String name) {
        try (RangedFile file = files.open(name)) {
            byte[] bytes = new byte[(int) file.size()];
            file.read(0, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }

    private static byte[] readOf(InMemoryModelFiles model) {
        try (RangedFile file = model.open("model.safetensors")) {
            byte[] bytes = new byte[(int) file.size()];
            file.read(0, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }
}

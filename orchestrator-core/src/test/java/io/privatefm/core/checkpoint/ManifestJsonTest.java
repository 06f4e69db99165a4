/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.merge.VariantPlan;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A manifest")
class ManifestJsonTest {
    private static final NsUid UID = new NsUid("0123456789abcdef0123456789abcdef");
    private static final Sha256 CONTENT = sha("content");

    /** Written by hand after {@code docs/format-v1.md}; keys in order, no white space. */
    private static final String GOLDEN = "{\"arithmetic\":\"pfm-merge-1\",\"checkpoint_hash\":\"" + checkpointHash()
            + "\",\"format\":\"pfm-checkpoint-1\",\"foundation\":{\"content_hash\":\"" + sha("foundation")
            + "\",\"release\":\"release-1\"},\"hash\":\"pfm-tree-1\",\"ns_uid\":\"" + UID + "\",\"parent\":\""
            + sha("parent") + "\",\"variants\":{\"math\":{\"adapters\":[{\"digest\":\"" + sha("digest")
            + "\",\"revision\":3,\"subject\":\"math\",\"weight\":\"0x1.0p0\"}],\"blob\":\"" + sha("blob")
            + "\",\"blob_bytes\":1234,\"content_hash\":\"" + CONTENT
            + "\",\"layout\":\"DELTA\",\"plan_hash\":\"" + sha("plan")
            + "\",\"rounding\":\"SINGLE\",\"since\":1,\"strategy\":\"weighted-sum\",\"tensors\":{"
            + "\"a.weight\":{\"dtype\":\"BF16\",\"root\":\"" + sha("root a") + "\",\"shape\":[4,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"root\":\"" + sha("root b") + "\",\"shape\":[]}"
            + "},\"unties_embeddings\":false}},\"version\":2}";

    private static final Manifest MANIFEST = new Manifest(
            UID,
            2,
            Optional.of(sha("parent")),
            "release-1",
            sha("foundation"),
            List.of(new VariantEntry(
                    new VariantPlan(
                            "math",
                            List.of(new VariantPlan.Input(Subject.of("math"), 3, sha("digest"), 1f)),
                            "weighted-sum",
                            Rounding.SINGLE,
                            Layout.DELTA,
                            sha("plan")),
                    1,
                    CONTENT,
                    sha("blob"),
                    1234,
                    false,
                    List.of(digest("a.weight", Dtype.BF16, "root a", 4, 8), digest("b", Dtype.F32, "root b")))));

    @Test
    @DisplayName("is canonical JSON of everything that the checkpoint is made of")
    void golden() {
        assertThat(new String(ManifestJson.write(MANIFEST), StandardCharsets.UTF_8))
                .isEqualTo(GOLDEN);
    }

    @Test
    @DisplayName("reads back as it was written")
    void roundTrip() {
        assertThat(read(GOLDEN)).isEqualTo(MANIFEST);
    }

    @Test
    @DisplayName("of a first version has no parent")
    void noParent() {
        Manifest first = new Manifest(UID, 1, Optional.empty(), "r", sha("f"), List.of());
        byte[] bytes = ManifestJson.write(first);

        assertThat(new String(bytes, StandardCharsets.UTF_8)).contains("\"parent\":null,\"variants\":{}");
        assertThat(ManifestJson.read(bytes, "blob x")).isEqualTo(first);
    }

    @Test
    @DisplayName("keeps its variants in code-point order, which is not the order of its JSON keys")
    void codePointOrder() {
        List<VariantEntry> variants = new ArrayList<>();
        for (String name : List.of("\uFF21", new String(Character.toChars(0x1D400)))) {
            variants.add(new VariantEntry(
                    new VariantPlan(name, List.of(), "s", Rounding.SAFE, Layout.FULL, sha(name)),
                    1,
                    sha(name),
                    sha(name),
                    1,
                    true,
                    List.of()));
        }
        Manifest manifest = new Manifest(UID, 1, Optional.empty(), "r", sha("f"), variants);

        assertThat(ManifestJson.read(ManifestJson.write(manifest), "blob x")).isEqualTo(manifest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"pfm-checkpoint-2\"", "\"\"", "1", "null", "\"pfm-checkpoint-1 \"", "[\"pfm-checkpoint-1\"]"})
    @DisplayName("of another format is refused, and the error says which one is known")
    void otherFormat(String format) {
        assertThatThrownBy(() -> read(GOLDEN.replace("\"pfm-checkpoint-1\"", format)))
                .isInstanceOfSatisfying(
                        CorruptDataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATA))
                .hasMessageEndingWith("blob x is not a manifest of format pfm-checkpoint-1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"ns_uid\":\"0123 | \"ns_uid\":\"x123",
                "\"parent\":\" | \"parent\":\"x",
                "\"parent\": | \"other\":",
                "\"content_hash\": | \"hash_of_content\":",
                "\"rounding\":\"SINGLE\" | \"rounding\":\"TWICE\"",
                "\"layout\":\"DELTA\" | \"layout\":\"delta\"",
                "\"dtype\":\"BF16\" | \"dtype\":\"BF17\"",
                "\"shape\":[4,8] | \"shape\":[4,-8]",
                "\"shape\":[4,8] | \"shape\":[4,\"eight\"]",
                "\"shape\":[4,8] | \"shape\":[9223372036854775807,9223372036854775807]",
                "\"weight\":\"0x1.0p0\" | \"weight\":\"one\"",
                "\"subject\":\"math\" | \"subject\":\"\"",
                "\"version\":2} | \"version\":2",
                "\"version\":2} | \"version\":2,\"version\":3}"
            })
    @DisplayName("that is damaged is refused as damage, whatever the field")
    void damaged(String from, String to) {
        assertCorrupt(from, to);
    }

    @Test
    @DisplayName("whose shape is an object is refused as damage")
    void shapeIsAnObject() {
        assertCorrupt("\"shape\":[4,8]", "\"shape\":{\"a\":4,\"b\":8}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"arithmetic\":\"pfm-merge-1\" | \"arithmetic\":\"pfm-merge-2\"",
                "\"hash\":\"pfm-tree-1\" | \"hash\":\"pfm-tree-2\"",
                "\"checkpoint_hash\":\" | \"checkpoint_hash\":\"00",
                "\"version\":2 | \"version\":\"2\"",
                "\"version\":2 | \"version\": 2",
                "\"version\":2 | \"version\":2,\"zone\":1",
                "\"blob_bytes\":1234 | \"blob_bytes\":\"1234\"",
                "\"blob_bytes\":1234, | ``",
                "\"unties_embeddings\":false | \"unties_embeddings\":\"false\"",
                "\"weight\":\"0x1.0p0\" | \"weight\":\"1\"",
                "\"shape\":[4,8] | \"shape\":[4,8.0]"
            })
    @DisplayName("that says anything else than a manifest of this version would is refused")
    void notWhatIsWritten(String from, String to) {
        assertCorrupt(from, to);
    }

    private static void assertCorrupt(String from, String to) {
        assertThat(GOLDEN).contains(from);
        assertThatThrownBy(() -> read(GOLDEN.replace(from, to)))
                .isInstanceOfSatisfying(
                        CorruptDataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATA))
                .hasMessageContaining("blob x");
    }

    private static Manifest read(String text) {
        return ManifestJson.read(text.getBytes(StandardCharsets.UTF_8), "blob x");
    }

    private static TensorDigest digest(String name, Dtype dtype, String root, long... dims) {
        return new TensorDigest(new TensorInfo(name, dtype, Shape.of(dims)), sha(root));
    }

    /** {@code SHA-256(0x00 ‖ u32be(4) ‖ "math" ‖ content hash)}: a tree of one leaf. */
    private static Sha256 checkpointHash() {
        MessageDigest sha256 = MerkleTree.sha256();
        sha256.update(new byte[] {0, 0, 0, 0, 4, 'm', 'a', 't', 'h'});
        sha256.update(CONTENT.bytes());
        return Sha256.of(sha256.digest());
    }

    private static Sha256 sha(String text) {
        return Sha256.of(MerkleTree.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}

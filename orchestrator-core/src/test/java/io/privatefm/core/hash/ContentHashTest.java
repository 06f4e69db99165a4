/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The expected hashes were computed apart from this code, with Python:
 *
 * <pre>{@code
 * H = lambda b: hashlib.sha256(b).digest()
 * leaf = lambda b: H(b"\0" + b)
 * def mth(leaves):                                        # RFC 6962, 2.1
 *     if not leaves: return H(b"")
 *     if len(leaves) == 1: return leaves[0]
 *     k = 1
 *     while 2 * k < len(leaves): k *= 2
 *     return H(b"\1" + mth(leaves[:k]) + mth(leaves[k:]))
 * root = lambda data: mth([leaf(data[i:i+2**20]) for i in range(0, len(data), 2**20)] or [leaf(b"")])
 * u32, u64 = (lambda n: struct.pack(">I", n)), (lambda n: struct.pack(">Q", n))
 * entry = lambda name, dtype, shape, data: (u32(len(name)) + name + u32(len(dtype)) + dtype
 *     + u32(len(shape)) + b"".join(map(u64, shape)) + root(data))
 * model = lambda tensors: mth([leaf(entry(*t)) for t in sorted(tensors, key=lambda t: t[0])])
 * checkpoint = lambda variants: mth([leaf(u32(len(v)) + v + h) for v, h in sorted(variants)])
 * data = lambda n: bytes(i % 251 for i in range(n))       # names and variants are UTF-8 bytes
 * }</pre>
 */
@DisplayName("The content hash pfm-tree-1")
class ContentHashTest {
    private static final int MIB = 1 << 20;

    static Stream<Arguments> tensors() {
        return Stream.of(
                arguments(
                        "one empty tensor",
                        new BytesTensor("t", Dtype.F32, 0),
                        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                        "6745956258940bf60d176599b639ac50fd7c5ea46c614191fe11839e174dab26"),
                arguments(
                        "one scalar",
                        new BytesTensor("s", Dtype.F64),
                        "26d7dcdb54e4b5b32f7ea3bbe360927b0776ca475389591a8d5a47f4a4abdeda",
                        "9e9b7366e4bea362318de2888c0cc83caca444813a31f93cfa7d9104cb03fa64"),
                arguments(
                        "one small tensor",
                        new BytesTensor("w", Dtype.F32, 2, 3),
                        "c52e6cf3be167d9581359ed1c852b487ccc55d5dbb3c0bf9d343c420d060e42d",
                        "cd5e7d4a17c4022f2f7ca2408c4d54f9e2b565d60deb5952fb94a5f6fea381d4"),
                arguments(
                        "a tensor of exactly one segment",
                        new BytesTensor("w", Dtype.U8, MIB),
                        "f4e53704c07aef05b5b12a89d6c1e54292fa7d9d8c3ee431c40b6f6ef6d19280",
                        "3fdd0665c2a1530efdb9b4cba9d18687b93b8af095e18f18965b1db211a494dc"),
                arguments(
                        "a tensor of one segment and two bytes",
                        new BytesTensor("w", Dtype.BF16, MIB / 2 + 1),
                        "11094c15055e08ae610b4246e60353e589fbdb15fc6feb7de99dd8edb12fa403",
                        "9200d88bfa00fb39c28de4507af9260889f577fe54aa1aa0fe8f6ea99ec391a3"),
                arguments(
                        "a tensor of three segments",
                        new BytesTensor("w", Dtype.U8, 2 * MIB + 5),
                        "69017930f60e393d7e6f3e37f7634777e1d50d0eddba8f8777bb2d11f0e5a44e",
                        "ef96a8568b9becea93ec433ee0e848d167ffc23889b55f70c8d57d7927bc51d4"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tensors")
    @DisplayName("has this tensor root and this model hash for")
    void golden(String what, BytesTensor tensor, String root, String model) {
        List<TensorDigest> digests = TensorStream.sequential().run(List.of(tensor), SegmentSink.NONE);
        assertThat(digests).containsExactly(new TensorDigest(tensor.info(), Sha256.parse(root)));
        assertThat(ContentHash.ofModel(digests).hex()).isEqualTo(model);
    }

    @Test
    @DisplayName("is SHA-256 of nothing for a model without tensors and for a checkpoint without variants")
    void empty() {
        String nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assertThat(ContentHash.ofModel(List.of()).hex()).isEqualTo(nothing);
        assertThat(ContentHash.ofCheckpoint(Map.of()).hex()).isEqualTo(nothing);
    }

    @Test
    @DisplayName("sorts tensors by name, and so does not depend on their order")
    void orderOfTensors() {
        List<BytesTensor> tensors = List.of(
                new BytesTensor("a", Dtype.F32, 1),
                new BytesTensor("a.b", Dtype.F16, 1, 2),
                new BytesTensor("B", Dtype.I64, 0, 3),
                new BytesTensor("a_b", Dtype.F4, 2),
                new BytesTensor("a10", Dtype.BF16, 1),
                new BytesTensor("a2", Dtype.BOOL, 3),
                new BytesTensor("Z.0", Dtype.U8, 2 * MIB + 5));
        List<TensorDigest> digests = new ArrayList<>(TensorStream.sequential().run(tensors, SegmentSink.NONE));
        Random random = new Random(TestSeed.of(getClass()));
        for (int i = 0; i < 50; i++) {
            Collections.shuffle(digests, random);
            assertThat(ContentHash.ofModel(digests).hex())
                    .isEqualTo("2b88b820a21916be25f08eab8dd0b3e66a7950fed1de05035e1549606b76ba8d");
        }
    }

    @Test
    @DisplayName("changes with the name, the dtype, the shape and the bytes of a tensor")
    void covers() {
        Sha256 root = digest(1);
        List<TensorDigest> models = List.of(
                new TensorDigest(new TensorInfo("t", Dtype.F16, Shape.of(2, 3)), root),
                new TensorDigest(new TensorInfo("u", Dtype.F16, Shape.of(2, 3)), root),
                new TensorDigest(new TensorInfo("t", Dtype.BF16, Shape.of(2, 3)), root),
                new TensorDigest(new TensorInfo("t", Dtype.F16, Shape.of(3, 2)), root),
                new TensorDigest(new TensorInfo("t", Dtype.F16, Shape.of(6)), root),
                new TensorDigest(new TensorInfo("t", Dtype.F16, Shape.of(2, 3, 1)), root),
                new TensorDigest(new TensorInfo("t", Dtype.F16, Shape.of(2, 3)), digest(2)));
        assertThat(models.stream().map(tensor -> ContentHash.ofModel(List.of(tensor))))
                .doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("of a checkpoint covers its variants' names and hashes")
    void checkpoint() {
        assertThat(ContentHash.ofCheckpoint(Map.of("base", digest(1))).hex())
                .isEqualTo("7094b9d2326b759ffe6309778643f0c12b7f378247a1ec47780288b4089e57c4");
    }

    @Test
    @DisplayName("of a checkpoint sorts variants by UTF-8 bytes, where UTF-16 units would sort otherwise")
    void orderOfVariants() {
        String private1 = "\ue000";
        String linearB = "\ud800\udc00"; // U+10000: after U+E000, though its first UTF-16 unit is before
        assertThat(private1).isGreaterThan(linearB);
        Map<String, Sha256> variants = new LinkedHashMap<>();
        variants.put(linearB, digest(2));
        variants.put(private1, digest(1));
        assertThat(ContentHash.ofCheckpoint(variants).hex())
                .isEqualTo("2d713662ea05d95ee77b10ac0f427098bfdb4a8717b53bcc6ffcb4c72274939d");
        variants.put("é", digest(4));
        variants.put("z", digest(3));
        assertThat(ContentHash.ofCheckpoint(variants).hex())
                .isEqualTo("1c994b339c5675d5e5728ba7967aa183d5751f5335e632d5c032f149df7bd934");
    }

    /** The digest of 32 times the same byte. */
    private static Sha256 digest(int value) {
        byte[] bytes = new byte[Sha256.BYTES];
        Arrays.fill(bytes, (byte) value);
        return Sha256.of(bytes);
    }
}

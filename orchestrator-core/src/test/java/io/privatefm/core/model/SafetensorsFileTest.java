/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static io.privatefm.core.model.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.files.RangedFile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A safetensors file")
class SafetensorsFileTest {
    private static final String NAME = "adapter_model.safetensors";
    private static final FormatLimits LIMITS = new FormatLimits(4096, 3, 0);

    private final InMemoryModelFiles files = new InMemoryModelFiles();

    @Test
    @DisplayName("gives its tensors in the order of their data, and by name in the order of the names' bytes")
    void orders() {
        try (SafetensorsFile file = open(SafetensorsBytes.builder()
                .add("b", Dtype.U8, Shape.of(1), (byte) 1)
                .add("B", Dtype.U8, Shape.of(1), (byte) 2)
                .add("a", Dtype.U8, Shape.of(1), (byte) 3)
                .build())) {
            assertThat(file.tensors())
                    .extracting(tensor -> tensor.info().name())
                    .containsExactly("b", "B", "a");
            assertThat(file.byName().keySet()).containsExactly("B", "a", "b");
        }
    }

    @Test
    @DisplayName("orders its tensors by their offsets, whatever the order of the header")
    void headerOrderIsFree() {
        byte[] bytes = SafetensorsBytes.raw("""
                {"b":{"data_offsets":[2,3],"shape":[1],"dtype":"U8"},
                 "none":{"dtype":"I64","shape":[0],"data_offsets":[3,3]},
                 "a":{"dtype":"U8","data_offsets":[0,2],"shape":[2]}}""".strip(), (byte) 7, (byte) 8, (byte) 9);
        try (SafetensorsFile file = open(bytes)) {
            assertThat(file.tensors())
                    .extracting(tensor -> tensor.info().name())
                    .containsExactly("a", "b", "none");
            assertThat(bytesOf(file.tensors().get(0))).containsExactly(7, 8);
            assertThat(bytesOf(file.tensors().get(1))).containsExactly(9);
        }
    }

    @Test
    @DisplayName("gives any range of a tensor, at any place of the target")
    void ranges() {
        try (SafetensorsFile file = open(SafetensorsBytes.builder()
                .add("before", Dtype.U8, Shape.of(3), new byte[3])
                .add("t", Dtype.U8, Shape.of(4), (byte) 10, (byte) 11, (byte) 12, (byte) 13)
                .add("after", Dtype.U8, Shape.of(2), new byte[2])
                .build())) {
            byte[] target = {1, 1, 1, 1, 1};
            file.byName().get("t").read(1, target, 2, 2);
            assertThat(target).containsExactly(1, 1, 11, 12, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Dtype.class)
    @DisplayName("may hold tensors of every dtype, those of less than a byte included")
    void everyDtype(Dtype dtype) {
        byte[] bytes = new byte[dtype.bits()];
        try (SafetensorsFile file = open(SafetensorsBytes.builder()
                .add("t", dtype, Shape.of(2, 4), bytes)
                .build())) {
            TensorInfo info = file.tensors().get(0).info();
            assertThat(info).isEqualTo(new TensorInfo("t", dtype, Shape.of(2, 4)));
            assertThat(bytesOf(file.tensors().get(0))).isEqualTo(bytes);
        }
    }

    static Stream<Arguments> sound() {
        return Stream.of(
                arguments("no tensors", "{}", 0, 0),
                arguments("no tensors but metadata", "{'__metadata__':{'format':'pt','b':''}}", 0, 0),
                arguments(
                        "empty metadata",
                        "{'__metadata__':{},'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}}",
                        1,
                        1),
                arguments(
                        "metadata behind",
                        "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},'__metadata__':{}}",
                        1,
                        1),
                arguments(
                        "metadata of the greatest length", "{'__metadata__':{'k':'" + "v".repeat(65_535) + "'}}", 0, 0),
                arguments("a scalar", "{'a':{'dtype':'F32','shape':[],'data_offsets':[0,4]}}", 4, 1),
                arguments("a tensor of size zero", "{'a':{'dtype':'F32','shape':[0],'data_offsets':[0,0]}}", 0, 1),
                arguments("two rows of nothing", "{'a':{'dtype':'F32','shape':[2,0],'data_offsets':[0,0]}}", 0, 1),
                arguments(
                        "tensors of size zero before, between and behind others",
                        "{'a':{'dtype':'F32','shape':[0],'data_offsets':[0,0]},"
                                + "'b':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},"
                                + "'c':{'dtype':'F32','shape':[0],'data_offsets':[4,4]}}",
                        4,
                        3),
                arguments(
                        "a tensor of size zero listed behind the one that begins at the same place",
                        "{'b':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},"
                                + "'a':{'dtype':'F32','shape':[0],'data_offsets':[0,0]}}",
                        4,
                        2),
                arguments("F4 in whole bytes", "{'a':{'dtype':'F4','shape':[3,2],'data_offsets':[0,3]}}", 3, 1),
                arguments("F6 in whole bytes", "{'a':{'dtype':'F6_E2M3','shape':[4],'data_offsets':[0,3]}}", 3, 1),
                arguments("rank 8", "{'a':{'dtype':'U8','shape':[1,1,1,1,1,1,1,2],'data_offsets':[0,2]}}", 2, 1),
                arguments("padding", "{}     ", 0, 0),
                arguments(
                        "white space inside",
                        "{\n\t'a' :\r\n{'dtype': 'U8', 'shape': [ 1 ], 'data_offsets':[0,\n1]} }",
                        1,
                        1),
                arguments(
                        "escapes in names", "{'\\u0061':{'d\\u0074ype':'U8','shape':[1],'data_offsets':[0,1]}}", 1, 1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sound")
    @DisplayName("may have")
    void isAccepted(String what, String header, int dataBytes, int tensors) {
        byte[] bytes = SafetensorsBytes.raw(header.replace('\'', '"'), new byte[dataBytes]);
        files.put(NAME, bytes);
        try (SafetensorsFile file =
                SafetensorsFile.open(files, NAME, ErrorCode.ADAPTER_INVALID, new FormatLimits(1 << 20, 3, 0))) {
            assertThat(file.tensors()).hasSize(tensors);
            file.tensors().forEach(SafetensorsFileTest::bytesOf);
        }
        assertThat(files.openHandles()).isZero();
    }

    @Test
    @DisplayName("may have 4096 names that share a hash, and does no harm to the files opened after it")
    void collidingNames() {
        // "Ab" and "BA" are one and the same to hashes of the kind 33 * h + c
        assertOpens(IntStream.range(0, 4096)
                .mapToObj(i -> IntStream.range(0, 12)
                        .mapToObj(bit -> (i >> bit & 1) == 0 ? "Ab" : "BA")
                        .collect(Collectors.joining()))
                .toList());
        for (int n = 0; n < 100; n++) {
            String layer = "model.layers." + n + ".";
            assertOpens(IntStream.range(0, 300).mapToObj(i -> layer + i).toList());
        }
    }

    private void assertOpens(List<String> names) {
        String entry = ":{'dtype':'U8','shape':[0],'data_offsets':[0,0]}";
        String header = names.stream().map(name -> "'" + name + "'" + entry).collect(Collectors.joining(",", "{", "}"));
        files.put(NAME, SafetensorsBytes.raw(header.replace('\'', '"')));
        try (SafetensorsFile file =
                SafetensorsFile.open(files, NAME, ErrorCode.ADAPTER_INVALID, FormatLimits.of(AdapterLimits.DEFAULT))) {
            assertThat(file.tensors()).hasSize(names.size());
        }
    }

    static Stream<String> legalNames() {
        return Stream.of(
                "a",
                "_",
                ".",
                "7",
                ".a.",
                "A.b_0",
                "model.layers.0.self_attn.q_proj.weight",
                "n".repeat(256),
                "__metadata",
                "dtype");
    }

    @ParameterizedTest
    @MethodSource("legalNames")
    @DisplayName("may name a tensor with up to 256 letters, digits, underscores and single dots")
    void namesItsTensors(String name) {
        try (SafetensorsFile file =
                open(SafetensorsBytes.builder().add(name, Dtype.U8, Shape.of(0)).build())) {
            assertThat(file.byName()).containsOnlyKeys(name);
        }
    }

    static Stream<Arguments> cutOrForeign() {
        byte[] sound = SafetensorsBytes.builder()
                .add("a", Dtype.U8, Shape.of(4), new byte[4])
                .build();
        int header = sound.length - Long.BYTES - 4;
        byte[] pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
                .getBytes(StandardCharsets.US_ASCII);
        return Stream.of(
                arguments("nothing", new byte[0], null, "too short for a safetensors file: 0 bytes"),
                arguments("7 bytes", new byte[7], null, "too short for a safetensors file: 7 bytes"),
                arguments("a header of length 0", SafetensorsBytes.raw(""), null, "does not begin with '{'"),
                arguments("a header of length 0 before data", new byte[64], null, "does not begin with '{'"),
                arguments(
                        "a header longer than the limit, though the file holds it",
                        SafetensorsBytes.raw("{}" + " ".repeat(4095)),
                        null,
                        "its header claims 4097 bytes, the limit is 4096"),
                arguments(
                        "a header longer than the file",
                        SafetensorsBytes.claiming(3, (byte) '{', (byte) '}'),
                        null,
                        "truncated: its header claims 3 bytes, the file has 10"),
                arguments(
                        "a header of 2^31 bytes",
                        SafetensorsBytes.claiming(1L << 31),
                        null,
                        "its header claims 2147483648 bytes"),
                arguments(
                        "a header of 2^63 bytes",
                        SafetensorsBytes.claiming(Long.MIN_VALUE),
                        null,
                        "its header claims 9223372036854775808 bytes"),
                arguments(
                        "a header of 2^64 - 1 bytes",
                        SafetensorsBytes.claiming(-1),
                        null,
                        "its header claims 18446744073709551615 bytes"),
                arguments(
                        "a header cut by its length field",
                        withLength(sound, 12),
                        null,
                        "does not end with '}' and spaces"),
                arguments(
                        "a header that runs into the data",
                        withLength(sound, header + 1),
                        null,
                        "does not end with '}'"),
                arguments(
                        "a byte too few",
                        Arrays.copyOf(sound, sound.length - 1),
                        "a",
                        "truncated: the data should be 4 bytes, the file holds 3"),
                arguments(
                        "a byte too many",
                        Arrays.copyOf(sound, sound.length + 1),
                        "a",
                        "1 bytes follow the last tensor's data"),
                arguments("a Git LFS pointer", pointer, null, "is a Git LFS pointer, not the file itself"),
                arguments(
                        "a Git LFS pointer that was cut",
                        Arrays.copyOf(pointer, 23),
                        null,
                        "is a Git LFS pointer, not the file itself"),
                arguments(
                        "a zip of pickles",
                        "PK\3\4 and so on, for some bytes".getBytes(StandardCharsets.US_ASCII),
                        null,
                        "its header claims "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cutOrForeign")
    @DisplayName("is refused, and its handle closed, if it is or has")
    void isRefused(String what, byte[] bytes, @Nullable String tensor, String reason) {
        assertRefused(() -> open(bytes), ErrorCode.ADAPTER_INVALID, NAME, tensor, reason);
        assertThat(files.openHandles()).isZero();
    }

    @Test
    @DisplayName("may have a header and a number of tensors as great as the limits, and none greater")
    void limits() {
        String tensors = """
                {"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},
                 "b":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},
                 "c":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""".strip();
        String fourth = "{\"d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}," + tensors.substring(1);
        try (SafetensorsFile file = open(SafetensorsBytes.raw(tensors + " ".repeat(4096 - tensors.length())))) {
            assertThat(file.tensors()).hasSize(3);
        }
        assertRefused(
                () -> open(SafetensorsBytes.raw(fourth)), ErrorCode.ADAPTER_INVALID, NAME, null, "more than 3 tensors");
        assertThat(files.openHandles()).isZero();
    }

    @Test
    @DisplayName("gives its error the code that its reader asked for")
    void codeOfTheReader() {
        files.put(NAME, SafetensorsBytes.raw("[]"));
        assertRefused(
                () -> SafetensorsFile.open(files, NAME, ErrorCode.MODEL_INVALID, LIMITS),
                ErrorCode.MODEL_INVALID,
                NAME,
                null,
                "does not begin with '{'");
    }

    @Test
    @DisplayName("holds one handle until it is closed, and can be closed twice")
    void holdsOneHandle() {
        SafetensorsFile file =
                open(SafetensorsBytes.builder().add("a", Dtype.U8, Shape.of(0)).build());
        assertThat(files.openHandles()).isOne();
        file.close();
        file.close();
        assertThat(files.openHandles()).isZero();
    }

    @Test
    @DisplayName("takes an open handle over, and closes it if the file is refused")
    void takesHandleOver() {
        files.put(NAME, SafetensorsBytes.raw("{}")).put("broken", "{}");
        RangedFile sound = files.open(NAME);
        SafetensorsFile.open(sound, NAME, ErrorCode.ADAPTER_INVALID, LIMITS).close();
        assertThat(files.openHandles()).isZero();

        RangedFile broken = files.open("broken");
        assertRefused(
                () -> SafetensorsFile.open(broken, "broken", ErrorCode.ADAPTER_INVALID, LIMITS),
                ErrorCode.ADAPTER_INVALID,
                "broken",
                null,
                "too short");
        assertThat(files.openHandles()).isZero();
    }

    private SafetensorsFile open(byte[] bytes) {
        files.put(NAME, bytes);
        return SafetensorsFile.open(files, NAME, ErrorCode.ADAPTER_INVALID, LIMITS);
    }

    private static byte[] bytesOf(ModelTensor tensor) {
        byte[] bytes = new byte[(int) tensor.info().byteLength()];
        tensor.read(0, bytes, 0, bytes.length);
        return bytes;
    }

    private static byte[] withLength(byte[] file, long length) {
        return SafetensorsBytes.claiming(length, Arrays.copyOfRange(file, Long.BYTES, file.length));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static io.privatefm.core.model.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In the tables, a single quote stands for a double one. */
@DisplayName("A safetensors header is refused, and the file closed, if")
class SafetensorsHeaderRefusalTest {
    private static final String FILE = "model.safetensors";

    /** A sound tensor of 4 bytes, the only one. */
    private static final String A = "'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}";

    private final InMemoryModelFiles files = new InMemoryModelFiles();

    static Stream<Arguments> notJson() {
        return Stream.of(
                arguments("white space in front", " {" + A + "}", "does not begin with '{'"),
                arguments("a line break in front", "\n{" + A + "}", "does not begin with '{'"),
                arguments("a byte order mark in front", "\uFEFF{" + A + "}", "does not begin with '{'"),
                arguments("a list", "[]", "does not begin with '{'"),
                arguments("null", "null", "does not begin with '{'"),
                arguments("spaces alone", "    ", "does not begin with '{'"),
                arguments("a brace alone", "{", "does not end with '}' and spaces"),
                arguments("a tab as padding", "{" + A + "}\t", "does not end with '}' and spaces"),
                arguments("a line break as padding", "{" + A + "}\n", "does not end with '}' and spaces"),
                arguments("a zero byte as padding", "{" + A + "}\0", "does not end with '}' and spaces"),
                arguments("a tab between spaces as padding", "{" + A + "} \t ", "does not end with '}' and spaces"),
                arguments("text behind", "{" + A + "} true", "does not end with '}' and spaces"),
                arguments("a second object behind", "{" + A + "}{}", "text after the header's JSON object"),
                arguments("a second object behind spaces", "{" + A + "} {}", "text after the header's JSON object"),
                arguments("a brace behind", "{" + A + "}}", "malformed header: "),
                arguments("text and a brace behind", "{" + A + "} true}", "header"),
                arguments("an unclosed object", "{" + A.substring(0, A.length() - 1) + "}", "malformed header: "),
                arguments("an unclosed text", "{'a}", "malformed header: "),
                arguments("a trailing comma", "{" + A + ",}", "malformed header: "),
                arguments("a leading comma", "{," + A + "}", "malformed header: "),
                arguments("no colon", "{'a' {}}", "malformed header: "),
                arguments("an unquoted name", "{a:{}}", "malformed header: "),
                arguments("a comment", "{/**/" + A + "}", "malformed header: "),
                arguments("NaN", "{'a':NaN}", "malformed header: "),
                arguments("a raw line break in a text", "{'a\n':{}}", "malformed header: "),
                arguments("an unknown escape", "{'\\x61':{}}", "malformed header: "),
                arguments("a number of 65 digits", "{'a':{'shape':[" + "1".repeat(65) + "]}}", "malformed header: "),
                arguments("half a surrogate pair as a name", "{'\\ud800':{}}", "malformed header: "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notJson")
    @DisplayName("it is not one JSON object and spaces:")
    void notJson(String what, String header, String reason) {
        assertHeaderRefused(header, 4, null, reason);
    }

    static Stream<Arguments> notUtf8() {
        return Stream.of(
                arguments("a byte that never occurs", "ff"),
                arguments("Latin-1", "e9"),
                arguments("a lone continuation byte", "80"),
                arguments("an overlong NUL", "c080"),
                arguments("an overlong slash", "e080af"),
                arguments("a surrogate", "eda080"),
                arguments("a surrogate pair (CESU-8)", "eda0bdedb880"),
                arguments("beyond U+10FFFF", "f4908080"),
                arguments("a cut sequence", "e282"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notUtf8")
    @DisplayName("it is not UTF-8:")
    void notUtf8(String what, String hex) {
        byte[] header = ("{\"__metadata__\":{\"k\":\"" + "?".repeat(hex.length() / 2) + "\"}}")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] wrong = HexFormat.of().parseHex(hex);
        System.arraycopy(wrong, 0, header, header.length - 3 - wrong.length, wrong.length);
        assertRefused(() -> open(header, 0), ErrorCode.MODEL_INVALID, FILE, null, "not valid UTF-8");
        assertThat(files.openHandles()).isZero();
    }

    static Stream<Arguments> metadata() {
        String text = "holds something else than text";
        String notObject = "malformed header: expected START_OBJECT, found ";
        return Stream.of(
                arguments("null", "null", notObject + "VALUE_NULL"),
                arguments("a text", "'pt'", notObject + "VALUE_STRING"),
                arguments("a list", "[]", notObject + "START_ARRAY"),
                arguments("of numbers", "{'k':1}", text),
                arguments("of nulls", "{'k':null}", text),
                arguments("of truth values", "{'k':true}", text),
                arguments("of objects", "{'k':{}}", text),
                arguments("of lists", "{'k':['v']}", text),
                arguments("deeply nested", "{'k':".repeat(1000) + "1" + "}".repeat(1000), text),
                arguments("a tensor's entry", A.substring(4), text),
                arguments("a value too long", "{'k':'" + "v".repeat(65_536) + "'}", "longer than 65536 bytes"),
                arguments(
                        "keys and values too long together",
                        "{'" + "k".repeat(20_000) + "':'" + "v".repeat(20_000) + "','l':'" + "w".repeat(25_536) + "'}",
                        "longer than 65536 bytes"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("metadata")
    @DisplayName("its __metadata__ is not an object of at most 64 Ki characters of text:")
    void metadata(String what, String metadata, String reason) {
        assertHeaderRefused("{'__metadata__':" + metadata + "," + A + "}", 4, "__metadata__", reason);
        assertHeaderRefused("{" + A + ",'__metadata__':" + metadata + "}", 4, "__metadata__", reason);
    }

    static Stream<Arguments> duplicates() {
        return Stream.of(
                arguments("a key of __metadata__", "{'__metadata__':{'k':'v','k':'v'}}", "'k'"),
                arguments("a key of __metadata__, once escaped", "{'__metadata__':{'k':'v','\\u006b':'w'}}", "'k'"),
                arguments("__metadata__", "{'__metadata__':{},'__metadata__':{}}", "__metadata__"),
                arguments("dtype", "{'a':{'dtype':'F32','dtype':'F32','shape':[1],'data_offsets':[0,4]}}", "dtype"),
                arguments("shape", "{'a':{'dtype':'F32','shape':[2],'shape':[1],'data_offsets':[0,4]}}", "shape"),
                arguments(
                        "data_offsets",
                        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'data_offsets':[0,4]}}",
                        "data_offsets"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("duplicates")
    @DisplayName("a key occurs twice:")
    void duplicates(String what, String header, String key) {
        Throwable thrown = catchThrowable(() -> open(header.replace('\'', '"').getBytes(StandardCharsets.UTF_8), 4));
        assertThat(thrown)
                .isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(FILE + ": ")
                .hasMessageContaining(key);
        assertThat(files.openHandles()).isZero();
    }

    @Test
    @DisplayName("a tensor occurs twice, which it names")
    void duplicateTensor() {
        assertHeaderRefused("{" + A + "," + A + "}", 4, "a", "");
        assertHeaderRefused("{" + A + "," + A.replace("'a'", "'\\u0061'") + "}", 4, "a", "");
    }

    static Stream<Arguments> names() {
        String longest = "n".repeat(256);
        return Stream.of(
                arguments("empty", "", ""),
                arguments("too long", longest + "n", longest.substring(0, 80) + "…"),
                arguments("two dots", "a..b", "a..b"),
                arguments("two dots alone", "..", ".."),
                arguments("a slash", "a/b", "a/b"),
                arguments("a backslash", "a\\\\b", "a\\b"),
                arguments("a hyphen", "a-b", "a-b"),
                arguments("a space", "a b", "a b"),
                arguments("a letter with an accent", "é", "?"),
                arguments("a letter that looks like another", "\u0430", "?"),
                arguments("a full-width digit", "\uff11", "?"),
                arguments("a NUL", "a\\u0000", "a?"),
                arguments("a line break at the end", "a\\n", "a?"),
                arguments("what a terminal would obey", "\\u001b[31m", "?[31m"),
                arguments("what turns the writing direction", "a\u202eb", "a?b"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    @DisplayName("a tensor's name is other than 1 to 256 letters, digits, underscores and single dots:")
    void names(String what, String name, String shown) {
        assertHeaderRefused(
                "{'" + name + "':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}",
                4,
                shown,
                "a tensor's name is 1 to 256");
    }

    static Stream<Arguments> entries() {
        String incomplete = "needs dtype, shape and data_offsets";
        return Stream.of(
                arguments("null", "null", "expected START_OBJECT, found VALUE_NULL"),
                arguments("a list", "['F32',[1],[0,4]]", "expected START_OBJECT, found START_ARRAY"),
                arguments("a list, deeply nested", "[".repeat(100_000), "expected START_OBJECT, found START_ARRAY"),
                arguments("empty", "{}", incomplete),
                arguments("without dtype", "{'shape':[1],'data_offsets':[0,4]}", incomplete),
                arguments("without shape", "{'dtype':'F32','data_offsets':[0,4]}", incomplete),
                arguments("without data_offsets", "{'dtype':'F32','shape':[1]}", incomplete),
                arguments(
                        "with an unknown field",
                        entry("'F32'", "[1]", "[0,4],'strides':[1]"),
                        "unknown field 'strides'"),
                arguments("with an unknown field, deeply nested", "{'x':" + "[".repeat(100_000), "unknown field 'x'"),
                arguments("with an unknown field to obey", "{'\\u001b[31m':1}", "unknown field '?[31m'"),
                arguments("with fields in capitals", "{'DTYPE':'F32'}", "unknown field 'DTYPE'"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("entries")
    @DisplayName("a tensor's entry is not an object of exactly dtype, shape and data_offsets:")
    void entries(String what, String entry, String reason) {
        assertHeaderRefused("{'a':" + entry + "}", 4, "a", reason);
    }

    static Stream<Arguments> dtypes() {
        return Stream.of(
                arguments("null", "expected VALUE_STRING, found VALUE_NULL"),
                arguments("32", "expected VALUE_STRING, found VALUE_NUMBER_INT"),
                arguments("['F32']", "expected VALUE_STRING, found START_ARRAY"),
                arguments("''", "unknown dtype ''"),
                arguments("'f32'", "unknown dtype 'f32'"),
                arguments("'F32 '", "unknown dtype 'F32 '"),
                arguments("'FLOAT'", "unknown dtype 'FLOAT'"),
                arguments("'F128'", "unknown dtype 'F128'"),
                arguments("'\\u001b\\n'", "unknown dtype '??'"),
                arguments("'" + "F".repeat(10_000) + "'", "unknown dtype 'FFF"));
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    @DisplayName("a dtype is not one that the format knows")
    void dtypes(String dtype, String reason) {
        assertHeaderRefused("{'a':" + entry(dtype, "[1]", "[0,4]") + "}", 4, "a", reason);
    }

    static Stream<Arguments> shapes() {
        String numbers = "shape must be at most 8 whole numbers";
        return Stream.of(
                arguments("null", "expected START_ARRAY, found VALUE_NULL"),
                arguments("{}", "expected START_ARRAY, found START_OBJECT"),
                arguments("1", "expected START_ARRAY, found VALUE_NUMBER_INT"),
                arguments("'[1]'", "expected START_ARRAY, found VALUE_STRING"),
                arguments("[null]", numbers),
                arguments("[true]", numbers),
                arguments("['1']", numbers),
                arguments("[[1]]", numbers),
                arguments("[1.0]", numbers),
                arguments("[1e0]", numbers),
                arguments("[10e-1]", numbers),
                arguments("[1,1,1,1,1,1,1,1,1]", numbers),
                arguments("[" + "1,".repeat(100_000) + "1]", numbers),
                arguments("[".repeat(100_000), numbers),
                arguments("[-1]", "shape holds a negative number"),
                arguments("[-1,-1]", "shape holds a negative number"),
                arguments("[-9223372036854775808]", "shape holds a negative number"),
                arguments("[4294967296,4294967296]", "the size of its shape is out of range"),
                arguments("[9223372036854775807,2,0]", "the size of its shape is out of range"),
                arguments("[2305843009213693952]", "the size of its shape is out of range"),
                arguments("[2]", "F32 [2] needs 8 bytes, data_offsets give 4"),
                arguments("[0]", "F32 [0] needs 0 bytes, data_offsets give 4"),
                arguments("[1,2]", "F32 [1, 2] needs 8 bytes, data_offsets give 4"));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    @DisplayName("a shape is not a list of at most 8 whole numbers, with the size of the data")
    void shapes(String shape, String reason) {
        assertHeaderRefused("{'a':" + entry("'F32'", shape, "[0,4]") + "}", 4, "a", reason);
    }

    static Stream<Arguments> offsets() {
        String numbers = "data_offsets must be at most 2 whole numbers";
        String pair = "data_offsets must be [begin, end] with begin <= end";
        return Stream.of(
                arguments("null", "expected START_ARRAY, found VALUE_NULL"),
                arguments("{'begin':0,'end':4}", "expected START_ARRAY, found START_OBJECT"),
                arguments("[]", pair),
                arguments("[4]", pair),
                arguments("[4,0]", pair),
                arguments("[0,4,4]", numbers),
                arguments("['0','4']", numbers),
                arguments("[0,null]", numbers),
                arguments("[0,4.0]", numbers),
                arguments("[0.0,4]", numbers),
                arguments("[0,4e0]", numbers),
                arguments("[0,1e999]", numbers),
                arguments("[-4,0]", "data_offsets holds a negative number"),
                arguments("[0,-4]", "data_offsets holds a negative number"),
                arguments("[0,3]", "F32 [1] needs 4 bytes, data_offsets give 3"),
                arguments("[0,5]", "F32 [1] needs 4 bytes, data_offsets give 5"),
                arguments("[0,0]", "F32 [1] needs 4 bytes, data_offsets give 0"),
                arguments("[0,9223372036854775807]", "F32 [1] needs 4 bytes, data_offsets give 9223372036854775807"));
    }

    @ParameterizedTest
    @MethodSource("offsets")
    @DisplayName("data_offsets are not [begin, end] with the size of the shape")
    void offsets(String offsets, String reason) {
        assertHeaderRefused("{'a':" + entry("'F32'", "[1]", offsets) + "}", 4, "a", reason);
    }

    static Stream<String> hugeNumbers() {
        return Stream.of("9223372036854775808", "18446744073709551615", "1".repeat(64), "-" + "9".repeat(19));
    }

    @ParameterizedTest
    @MethodSource("hugeNumbers")
    @DisplayName("a number is too great for 63 bits; it names the tensor")
    void hugeNumbers(String number) {
        assertHeaderRefused("{'a':" + entry("'F32'", "[" + number + "]", "[0,4]") + "}", 4, "a", "");
        assertHeaderRefused("{'a':" + entry("'F32'", "[1]", "[0," + number + "]") + "}", 4, "a", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[-0]", "[0,-0]"})
    @DisplayName("a number is a negative zero, which the reference implementation refuses too")
    void negativeZero(String shape) {
        assertHeaderRefused("{'a':" + entry("'F32'", shape, "[0,0]") + "}", 0, "a", "");
    }

    @Test
    @DisplayName("metadata hold half a surrogate pair, which the reference implementation refuses too")
    void loneSurrogateInMetadata() {
        assertHeaderRefused("{'__metadata__':{'k':'\\ud800'}}", 0, "__metadata__", "");
        assertHeaderRefused("{'__metadata__':{'k':'\\udc00'}}", 0, "__metadata__", "");
    }

    static Stream<Arguments> subByte() {
        return Stream.of(
                arguments("F4", "[3]", 1),
                arguments("F4", "[3]", 2),
                arguments("F4", "[]", 1),
                arguments("F6_E2M3", "[1]", 1),
                arguments("F6_E3M2", "[3,2]", 5));
    }

    @ParameterizedTest
    @MethodSource("subByte")
    @DisplayName("a tensor is not a whole number of bytes")
    void subByte(String dtype, String shape, int bytes) {
        assertHeaderRefused(
                "{'a':" + entry("'" + dtype + "'", shape, "[0," + bytes + "]") + "}",
                bytes,
                "a",
                "not a whole number of bytes");
    }

    static Stream<Arguments> layouts() {
        return Stream.of(
                arguments("a gap in front", bytes("a", 1, 4), 4, "a", "begins at 1, not right after"),
                arguments(
                        "a gap between",
                        bytes("a", 0, 1) + "," + bytes("b", 2, 4),
                        4,
                        "b",
                        "begins at 2, not right after"),
                arguments("an overlap", bytes("a", 0, 3) + "," + bytes("b", 2, 4), 4, "b", "begins at 2, inside"),
                arguments(
                        "the same bytes twice",
                        bytes("a", 0, 4) + "," + bytes("b", 0, 4),
                        4,
                        "b",
                        "begins at 0, inside"),
                arguments(
                        "one inside another", bytes("b", 1, 3) + "," + bytes("a", 0, 4), 4, "b", "begins at 1, inside"),
                arguments(
                        "nothing inside another",
                        bytes("a", 0, 4) + "," + bytes("b", 2, 2),
                        4,
                        "b",
                        "begins at 2, inside"),
                arguments(
                        "nothing beyond the end",
                        bytes("a", 0, 4) + "," + bytes("b", 5, 5),
                        4,
                        "b",
                        "begins at 5, not right"),
                arguments(
                        "data cut",
                        bytes("a", 0, 2) + "," + bytes("b", 2, 6),
                        4,
                        "b",
                        "should be 6 bytes, the file holds 4"),
                arguments("no data", bytes("a", 0, 2), 0, "a", "should be 2 bytes, the file holds 0"),
                arguments(
                        "data behind",
                        bytes("b", 2, 3) + "," + bytes("a", 0, 2),
                        4,
                        "b",
                        "1 bytes follow the last tensor's"),
                arguments("data of no tensor", "", 4, null, "4 bytes follow the last tensor's"),
                arguments(
                        "data of no tensor but metadata",
                        "'__metadata__':{}",
                        1,
                        null,
                        "1 bytes follow the last tensor's"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layouts")
    @DisplayName("the tensors do not cover the data without gap and overlap:")
    void layouts(String what, String entries, int dataBytes, @Nullable String tensor, String reason) {
        assertHeaderRefused("{" + entries + "}", dataBytes, tensor, reason);
    }

    static Stream<String> foreignText() {
        return Stream.of(
                "{'__metadata__':{'\\n\\u001b[2J':'','\\n\\u001b[2J':''}}",
                "{'__metadata__':{'" + "k".repeat(30_000) + "':'','" + "k".repeat(30_000) + "':''}}",
                "{'a':tr\u202eue}",
                "{\u202e}");
    }

    @ParameterizedTest
    @MethodSource("foreignText")
    @DisplayName("its JSON is malformed, in one printable line, whatever the header makes the message name")
    void foreignText(String header) {
        Throwable thrown = catchThrowable(() -> open(header.replace('\'', '"').getBytes(StandardCharsets.UTF_8), 0));
        assertThat(thrown).isExactlyInstanceOf(InvalidInputException.class).hasMessageStartingWith(FILE + ": ");
        assertThat(thrown.getMessage()).matches("[\\x20-\\x7e…]{1,1000}");
        assertThat(files.openHandles()).isZero();
    }

    private void assertHeaderRefused(String header, int dataBytes, @Nullable String tensor, String reason) {
        byte[] utf8 = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        assertRefused(() -> open(utf8, dataBytes), ErrorCode.MODEL_INVALID, FILE, tensor, reason);
        assertThat(files.openHandles()).isZero();
    }

    private void open(byte[] header, int dataBytes) {
        files.put(FILE, SafetensorsBytes.raw(header, new byte[dataBytes]));
        SafetensorsFile.open(files, FILE, ErrorCode.MODEL_INVALID, FormatLimits.FOUNDATION);
    }

    private static String entry(String dtype, String shape, String offsets) {
        return "{'dtype':" + dtype + ",'shape':" + shape + ",'data_offsets':" + offsets + "}";
    }

    private static String bytes(String name, int begin, int end) {
        return "'" + name + "':" + entry("'U8'", "[" + (end - begin) + "]", "[" + begin + "," + end + "]");
    }
}

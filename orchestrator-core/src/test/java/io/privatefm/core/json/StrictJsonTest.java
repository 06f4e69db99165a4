/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.json;

import static io.privatefm.core.model.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.spi.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In JSON, a single quote stands for a double one. */
@DisplayName("Strict JSON")
class StrictJsonTest {
    private static final String FILE = "adapter_config.json";

    @Test
    @DisplayName("is an object, whose keys keep their order and whose whole numbers keep all their digits")
    void reads() {
        ObjectNode node =
                read(" {'z':1,'a':[true,null,'\\u00e9é'],'m':{'b':123456789012345678901234567890,'a':0.5}}\r\n\t ");
        assertThat(node)
                .hasToString(json("{'z':1,'a':[true,null,'éé'],'m':{'b':123456789012345678901234567890,'a':0.5}}"));
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                arguments("nothing", "", "must be a JSON object"),
                arguments("white space", " \n", "must be a JSON object"),
                arguments("null", "null", "must be a JSON object"),
                arguments("a list", "[{}]", "must be a JSON object"),
                arguments("a text", "'{}'", "must be a JSON object"),
                arguments("a number", "1", "must be a JSON object"),
                arguments("an unclosed object", "{'a':1", "malformed JSON: "),
                arguments("a second object", "{}{}", "malformed JSON: "),
                arguments("a token behind", "{} null", "malformed JSON: "),
                arguments("a bracket behind", "{}]", "malformed JSON: "),
                arguments("a comma behind", "{},", "malformed JSON: "),
                arguments("text behind", "{} x", "malformed JSON: "),
                arguments("a zero byte behind", "{}\0", "malformed JSON: "),
                arguments("a byte order mark", "\uFEFF{}", "malformed JSON: "),
                arguments("a byte order mark behind", "{}\uFEFF", "malformed JSON: "),
                arguments("a no-break space", "\u00a0{}", "malformed JSON: "),
                arguments("NaN", "{'a':NaN}", "malformed JSON: "),
                arguments("Infinity", "{'a':Infinity}", "malformed JSON: "),
                arguments("-Infinity", "{'a':-Infinity}", "malformed JSON: "),
                arguments("INF", "{'a':INF}", "malformed JSON: "),
                arguments("a plus sign", "{'a':+1}", "malformed JSON: "),
                arguments("a leading zero", "{'a':01}", "malformed JSON: "),
                arguments("a leading point", "{'a':.5}", "malformed JSON: "),
                arguments("a trailing point", "{'a':5.}", "malformed JSON: "),
                arguments("a hexadecimal number", "{'a':0x1}", "malformed JSON: "),
                arguments("a number of 65 digits", "{'a':" + "1".repeat(65) + "}", "malformed JSON: "),
                arguments("True", "{'a':True}", "malformed JSON: "),
                arguments("a comment", "{/**/}", "malformed JSON: "),
                arguments("a line comment", "{}//", "malformed JSON: "),
                arguments("a trailing comma", "{'a':1,}", "malformed JSON: "),
                arguments("a trailing comma in a list", "{'a':[1,]}", "malformed JSON: "),
                arguments("a missing value", "{'a':[1,,2]}", "malformed JSON: "),
                arguments("an unquoted key", "{a:1}", "malformed JSON: "),
                arguments("a raw tab in a text", "{'a':'\t'}", "malformed JSON: "),
                arguments("a raw line break in a key", "{'a\n':1}", "malformed JSON: "),
                arguments("an unknown escape", "{'a':'\\x'}", "malformed JSON: "),
                arguments("a cut escape", "{'a':'\\u00e'}", "malformed JSON: "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    @DisplayName("is not")
    void malformed(String what, String text, String reason) {
        assertMalformed(text, reason);
    }

    @ParameterizedTest
    @CsvSource({"NaN, NaN", "Infinity, Infinity", "-Infinity, -Infinity", "0.5, 0.5", "1e400, Infinity"})
    @DisplayName("as Python writes it may hold NaN and infinities")
    void pythonNumbers(String number, Double expected) throws IOException {
        String text = json("{'a':[" + number + "]}");
        ObjectNode node =
                StrictJson.pythonObject(text.getBytes(StandardCharsets.UTF_8), FILE, ErrorCode.ADAPTER_INVALID);
        assertThat(node.path("a").path(0).doubleValue()).isEqualTo(expected);
        try (JsonParser parser = StrictJson.pythonParser(text)) {
            JsonToken token = parser.nextToken();
            while (token != JsonToken.VALUE_NUMBER_FLOAT) {
                token = parser.nextToken();
            }
            assertThat(parser.getDoubleValue()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{} x",
                "{}{}",
                "{'a':1,'a':2}",
                "{'a':nan}",
                "{'a':True}",
                "{'a':1,}",
                "{'a':'\\x'}",
                "\uFEFF{}"
            })
    @DisplayName("as Python writes it is as strict in everything else")
    void pythonIsStrict(String text) {
        byte[] bytes = json(text).getBytes(StandardCharsets.UTF_8);
        assertRefused(
                () -> StrictJson.pythonObject(bytes, FILE, ErrorCode.ADAPTER_INVALID),
                ErrorCode.ADAPTER_INVALID,
                FILE,
                null,
                "JSON");
    }

    @Test
    @DisplayName("has no apostrophes around texts and keys")
    void apostrophes() {
        assertRefused(() -> readRaw("{'a':1}"), ErrorCode.ADAPTER_INVALID, FILE, null, "malformed JSON: ");
        assertRefused(() -> readRaw("{\"a\":'x'}"), ErrorCode.ADAPTER_INVALID, FILE, null, "malformed JSON: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'a':1,'a':1}",
                "{'a':1,'b':2,'a':3}",
                "{'a':1,'\\u0061':1}",
                "{'':1,'':1}",
                "{'o':{'a':1,'a':1}}",
                "{'o':[0,{'a':1,'a':1}]}",
                "{'o':{'p':{'q':{'a':{},'a':[]}}}}",
                "{'a':{'b':1},'a':{'c':2}}"
            })
    @DisplayName("has no key twice, at any level")
    void duplicates(String text) {
        assertMalformed(text, "malformed JSON: Duplicate field '");
    }

    @Test
    @DisplayName("may have the same key in different objects")
    void sameKeyElsewhere() {
        assertThat(read("{'a':{'a':{'a':1}},'b':[{'a':1},{'a':2}]}")
                        .path("b")
                        .path(1)
                        .path("a")
                        .intValue())
                .isEqualTo(2);
    }

    @Test
    @DisplayName("nests up to 16 levels")
    void depth() {
        assertThat(read(nested(16))).isNotNull();
        assertMalformed(nested(17), "malformed JSON: ");
        assertMalformed("{'a':" + "[".repeat(1_000_000), "malformed JSON: ");
        assertMalformed("{'a':".repeat(100_000), "malformed JSON: ");
    }

    static Stream<Arguments> notUtf8() {
        return Stream.of(
                arguments("a byte that never occurs", "ff"),
                arguments("UTF-16", "feff"),
                arguments("Latin-1", "e9"),
                arguments("a lone continuation byte", "80"),
                arguments("an overlong NUL", "c080"),
                arguments("an overlong slash", "c0af"),
                arguments("an overlong slash in three bytes", "e080af"),
                arguments("an overlong slash in four bytes", "f08080af"),
                arguments("a high surrogate", "eda080"),
                arguments("a low surrogate", "edb080"),
                arguments("a surrogate pair (CESU-8)", "eda0bdedb880"),
                arguments("beyond U+10FFFF", "f4908080"),
                arguments("five bytes", "f888808080"),
                arguments("a cut sequence of two", "c3"),
                arguments("a cut sequence of three", "e282"),
                arguments("a cut sequence of four", "f09f98"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notUtf8")
    @DisplayName("is strict UTF-8, which is not")
    void notUtf8(String what, String hex) {
        byte[] inside = HexFormat.of().parseHex("7b2261223a22" + hex + "227d"); // {"a":"…"}
        byte[] atTheEnd = HexFormat.of().parseHex("7b7d" + hex); // {}…
        for (byte[] bytes : List.of(inside, atTheEnd)) {
            String reason = "JSON text is not valid UTF-8";
            assertRefused(
                    () -> StrictJson.object(bytes, FILE, ErrorCode.ADAPTER_INVALID),
                    ErrorCode.ADAPTER_INVALID,
                    FILE,
                    null,
                    reason);
            assertRefused(
                    () -> StrictJson.text(bytes, FILE, ErrorCode.MODEL_INVALID),
                    ErrorCode.MODEL_INVALID,
                    FILE,
                    null,
                    reason);
        }
    }

    @Test
    @DisplayName("may hold any character of Unicode, raw or escaped")
    void unicode() {
        String text = "\u007f\u0080é€\ue000\ufffd\uffff😀\udbff\udfff";
        assertThat(read("{'a':'" + text + "'}").path("a").textValue()).isEqualTo(text);
        assertThat(read("{'a':'\\ud83d\\ude00\\u0000\\/'}").path("a").textValue())
                .isEqualTo("😀\0/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'\\ud800':1}",
                "{'\\udc00':1}",
                "{'\\ud800a':1}",
                "{'a':'\\ud800'}",
                "{'a':'\\udc00'}",
                "{'a':'\\ude00\\ud83d'}",
                "{'a':'\\ud83dx'}",
                "{'a':[{'b':'\\ud800'}]}",
                "{'\\ud800':1}",
                "{'a':[{'b\\udc00':{}}]}"
            })
    @DisplayName("has no half surrogate pair, which no UTF-8 could say")
    void loneSurrogates(String text) {
        assertMalformed(text, "");
    }

    @Test
    @DisplayName("may have keys that share a hash, and such an object does no harm to the next")
    void keysOfOneHash() {
        List<String> keys = collidingKeys();
        assertThat(read(object(keys))).hasSize(keys.size());
        for (int n = 0; n < 100; n++) {
            String prefix = "k" + n + ".";
            List<String> others =
                    IntStream.range(0, 300).mapToObj(i -> prefix + i).toList();
            assertThat(read(object(others))).hasSize(others.size());
        }
    }

    static Stream<String> foreignText() {
        return Stream.of(
                "{'\\n\\u001b[2J':1,'\\n\\u001b[2J':1}",
                "{'\u202e':1,'\u202e':1}",
                "{'" + "k".repeat(30_000) + "':1,'" + "k".repeat(30_000) + "':1}",
                "{'a':tr\u202eue}",
                "{\u202e}");
    }

    @ParameterizedTest
    @MethodSource("foreignText")
    @DisplayName("is refused in one printable line, whatever the text makes the message name")
    void foreignText(String text) {
        assertMalformed(text, "malformed JSON: ");
    }

    /** 4096 keys of "Ab" and "BA", which are one and the same to hashes of the kind {@code 33 * h + c}. */
    private static List<String> collidingKeys() {
        return IntStream.range(0, 4096)
                .mapToObj(i -> IntStream.range(0, 12)
                        .mapToObj(bit -> (i >> bit & 1) == 0 ? "Ab" : "BA")
                        .collect(Collectors.joining()))
                .toList();
    }

    private static String object(List<String> keys) {
        return keys.stream().map(key -> "'" + key + "':0").collect(Collectors.joining(",", "{", "}"));
    }

    private static String nested(int levels) {
        return "{'a':" + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "}";
    }

    private static void assertMalformed(String text, String reason) {
        assertRefused(() -> read(text), ErrorCode.ADAPTER_INVALID, FILE, null, reason);
    }

    private static ObjectNode read(String text) {
        return readRaw(json(text));
    }

    private static ObjectNode readRaw(String text) {
        return StrictJson.object(text.getBytes(StandardCharsets.UTF_8), FILE, ErrorCode.ADAPTER_INVALID);
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.spi.ErrorCode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Canonical JSON")
class CanonicalJsonTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    @Test
    @DisplayName("sorts keys by UTF-16 units, as in the example of RFC 8785, section 3.2.3")
    void sortsKeys() {
        JsonNode example = read("""
                {
                  "\\u20ac": "Euro Sign",
                  "\\r": "Carriage Return",
                  "\\ufb33": "Hebrew Letter Dalet With Dagesh",
                  "1": "One",
                  "\\ud83d\\ude00": "Emoji: Grinning Face",
                  "\\u0080": "Control",
                  "\\u00f6": "Latin Small Letter O With Diaeresis"
                }
                """);
        assertThat(CanonicalJson.text(example))
                .isEqualTo("{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
                        + "\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\","
                        + "\"\ud83d\ude00\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
    }

    @Test
    @DisplayName("writes texts and literals as the example of RFC 8785, section 3.2.2, and its bytes as UTF-8")
    void rfcExample() {
        JsonNode example = read("""
                {
                  "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                  "literals": [null, true, false]
                }
                """);
        assertThat(CanonicalJson.text(example))
                .isEqualTo("{\"literals\":[null,true,false],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
        // section 3.2.4, without the member "numbers"
        assertThat(HexFormat.of().formatHex(CanonicalJson.bytes(example)))
                .isEqualTo("7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c22737472696e67223a22"
                        + "e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d");
    }

    @Test
    @DisplayName("escapes quotes, backslashes and controls, and nothing else")
    void escapes() {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 0x20; c++) {
            all.append(c);
        }
        all.append("\"\\/\u007f\u0080\u2028\u2029\ufeff😀<>&'");
        assertThat(CanonicalJson.text(NODES.textNode(all.toString())))
                .isEqualTo(
                        "\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f"
                                + "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c"
                                + "\\u001d\\u001e\\u001f\\\"\\\\/\u007f\u0080\u2028\u2029\ufeff😀<>&'\"");
    }

    @Test
    @DisplayName("escapes keys as it escapes texts")
    void escapesKeys() {
        assertThat(CanonicalJson.text(NODES.objectNode().put("\"\n\\", 1))).isEqualTo("{\"\\\"\\n\\\\\":1}");
    }

    @Test
    @DisplayName("has no white space, keeps the order of lists and sorts objects at every level")
    void nests() {
        assertThat(CanonicalJson.text(read(
                        "{ \"b\" : [ 2 , 1 , [ ] , { } ] , \"a\" : { \"d\" : 1 , \"c\" : [ { \"f\":0,\"e\":0 } ] } }")))
                .isEqualTo("{\"a\":{\"c\":[{\"e\":0,\"f\":0}],\"d\":1},\"b\":[2,1,[],{}]}");
    }

    @Test
    @DisplayName("is the same for the same content in another order, and its own canonical form")
    void isStable() {
        String canonical = CanonicalJson.text(read("{\"b\":[{\"y\":1,\"x\":2}],\"a\":\"\\u0065\"}"));
        assertThat(CanonicalJson.text(read("{\"a\":\"e\",\"b\":[{\"x\":2,\"y\":1}]}")))
                .isEqualTo(canonical);
        assertThat(CanonicalJson.text(read(canonical))).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "-1, -1",
        "2147483648, 2147483648",
        "9007199254740991, 9007199254740991",
        "-9007199254740991, -9007199254740991"
    })
    @DisplayName("writes whole numbers of up to 2^53 - 1 in magnitude")
    void integers(String number, String expected) {
        assertThat(CanonicalJson.text(read("{\"n\":" + number + "}"))).isEqualTo("{\"n\":" + expected + "}");
        long value = Long.parseLong(number);
        assertThat(CanonicalJson.text(NODES.numberNode(value))).isEqualTo(expected);
        assertThat(CanonicalJson.text(NODES.numberNode(BigInteger.valueOf(value))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740992",
                "-9007199254740992",
                "9223372036854775807",
                "-9223372036854775808",
                "18446744073709551616",
                "18446744073709551617",
                "0.5",
                "1.0",
                "-0.0",
                "1e2",
                "1E400"
            })
    @DisplayName("refuses greater numbers and all others, of which it would have to choose a form")
    void refusesNumbers(String number) {
        JsonNode node = read("{\"a\":[{\"n\":" + number + "}]}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CanonicalJson.text(node))
                .withMessageStartingWith("no canonical form here for NUMBER");
        assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.bytes(node));
    }

    static Stream<Arguments> notJson() {
        return Stream.of(
                arguments(NODES.numberNode(1.0), "NUMBER"),
                arguments(NODES.numberNode(Double.NaN), "NUMBER"),
                arguments(NODES.numberNode(1f), "NUMBER"),
                arguments(NODES.numberNode(BigDecimal.ONE), "NUMBER"),
                arguments(NODES.binaryNode(new byte[] {1}), "BINARY"),
                arguments(NODES.pojoNode(1), "POJO"),
                arguments(NODES.missingNode(), "MISSING"));
    }

    @ParameterizedTest
    @MethodSource("notJson")
    @DisplayName("refuses nodes that are no whole number, text, literal, list or object")
    void refusesOthers(JsonNode node, String type) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CanonicalJson.text(node))
                .withMessageStartingWith("no canonical form here for " + type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "\udc00", "a\ud83d", "\ude00\ud83d", "\ud83d\ud83d\ude00"})
    @DisplayName("refuses half surrogate pairs (RFC 8785, section 3.2.2.2), which would all have the same bytes")
    void refusesLoneSurrogates(String text) {
        ObjectNode value = NODES.objectNode().put("a", text);
        ObjectNode key = NODES.objectNode().put(text, "a");
        assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.text(value));
        assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.bytes(value));
        assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.bytes(key));
    }

    private static ObjectNode read(String json) {
        return StrictJson.object(json.getBytes(StandardCharsets.UTF_8), "test", ErrorCode.INVALID_ARGUMENT);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.adapter.AdapterLimits;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A regular expression of Python")
class BoundedPatternTest {
    private static final AdapterLimits LIMITS = AdapterLimits.DEFAULT;

    @ParameterizedTest(name = "{0} on {1}")
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "[[]x; [x",
                "[]a]+; a]",
                "[^]a]; b",
                "[a&&b]+; a&b",
                "[a^]+; a^",
                "x{; x{",
                "a{,2}; aa",
                "a{2}; aa",
                "(?P<a_b>q|k)_(?P=a_b); k_k",
                "(?P<n>q)(?P=n)1; qq1",
                "q\\Z; q",
                "\\bq\\b\\.\\d+; q.12",
                "(?<=a|b)x|axe; axe",
                "(?>a+)b; aab",
                "a++b; aab",
                "\\x41\\u0042; AB",
                ".*\\.(0|1[0-9]?|2[0-3])\\.(q|k|v|o)_proj; model.layers.17.q_proj",
                "(?:(?:model|language_model)\\.)*layers\\.(?:\\d+)(?:\\.[a-z_]+)*; model.layers.1.self_attn.q_proj",
            })
    @DisplayName("matches as in Python:")
    void matches(String regex, String text) {
        assertThat(new BoundedPattern("target_modules", regex, LIMITS).fullMatch(text, new PatternSteps(LIMITS)))
                .isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "\\Qa\\E",
                "\\p{L}",
                "\\k<n>",
                "(?<n>a)",
                "(?P=n)",
                "(?P<n>a)(?P<n>b)",
                "(?#x)",
                "a**",
                "a{2}{3}",
                "+",
                ")",
                "(",
                "[a",
                "\\",
                "{2}",
                "(?P<1>a)",
                "\\G",
                "\\z"
            })
    @DisplayName("is refused where Python refuses it:")
    void refused(String regex) {
        assertThatThrownBy(() -> new BoundedPattern("target_modules", regex, LIMITS))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("not a regular expression");
    }
}

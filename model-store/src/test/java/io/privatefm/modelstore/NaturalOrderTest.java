/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.CodePointOrder;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Natural order")
class NaturalOrderTest {
    @Test
    @DisplayName("sorts runs of digits as numbers and the rest by code point")
    void sorted() {
        assertSorted("", "1", "1a", "1b", "2", "10", "A", "a", "a1", "a1b1", "a1b2", "a1b10", "a2", "a10", "b");
        assertSorted("release-1", "release-2", "release-9", "release-10", "release-100");
        assertSorted("v1.2.9", "v1.2.10", "v1.10.0", "v2.0.0");
        assertSorted("2024-12-31", "2025-1-9", "2025-01-10");
        // '.' and '/' are below the digits, ':' and letters above
        assertSorted("r.1", "r1", "r10", "r:1", "rx");
    }

    @Test
    @DisplayName("compares numbers of any length")
    void longNumbers() {
        String nines = "9".repeat(400);
        assertSorted("r" + Long.MAX_VALUE, "r9223372036854775808", "r" + nines, "r1" + "0".repeat(400));
    }

    @Test
    @DisplayName("ignores leading zeros, and breaks the tie by code point")
    void leadingZeros() {
        assertSorted("r0", "r01", "r1", "r2", "r03", "r3", "r10");
        assertSorted("r01x1", "r1x1", "r01x2", "r1x2");
        assertSorted("00", "0x", "000x1");
        assertThat(NaturalOrder.COMPARATOR.compare("r1", "r01")).isPositive();
        assertThat(NaturalOrder.COMPARATOR.compare("r1", "r1")).isZero();
    }

    @Test
    @DisplayName("orders by code points where UTF-16 units would not")
    void codePoints() {
        assertSorted("a\uFF5A", "a\uD83D\uDE00", "a\uD83D\uDE001", "a\uD83D\uDE0010");
    }

    @Test
    @DisplayName("takes only 0 to 9 for digits")
    void otherDigits() {
        // ARABIC-INDIC DIGIT ONE and TWO
        assertSorted("r\u06610", "r\u0662");
    }

    @Test
    @DisplayName("is a total order that agrees with one computed from whole lists of numbers and letters")
    void agreesWithOracle() {
        Random random = TestFiles.random("NaturalOrderTest");
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            names.add(name(random));
        }
        for (String a : names) {
            for (String b : names) {
                int order = Integer.signum(NaturalOrder.COMPARATOR.compare(a, b));
                assertThat(order).as("%s against %s", a, b).isEqualTo(Integer.signum(oracle(a, b)));
                assertThat(order == 0).isEqualTo(a.equals(b));
                assertThat(Integer.signum(NaturalOrder.COMPARATOR.compare(b, a)))
                        .isEqualTo(-order);
            }
        }
    }

    private static void assertSorted(String... expected) {
        List<String> shuffled = new ArrayList<>(List.of(expected));
        Collections.shuffle(shuffled, new Random(7));
        shuffled.sort(NaturalOrder.COMPARATOR);
        assertThat(shuffled).containsExactly(expected);
    }

    private static String name(Random random) {
        StringBuilder name = new StringBuilder();
        int length = random.nextInt(7);
        for (int i = 0; i < length; i++) {
            name.append("0012ab-.".charAt(random.nextInt(8)));
        }
        return name.toString();
    }

    /** Code points as they are, a run of digits as the code point of '0' and its value. */
    private static int oracle(String left, String right) {
        List<BigInteger> a = tokens(left);
        List<BigInteger> b = tokens(right);
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = a.get(i).compareTo(b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return a.size() != b.size() ? a.size() - b.size() : CodePointOrder.COMPARATOR.compare(left, right);
    }

    private static List<BigInteger> tokens(String text) {
        List<BigInteger> tokens = new ArrayList<>();
        int i = 0;
        while (i < text.length()) {
            int start = i;
            while (i < text.length() && "0123456789".indexOf(text.charAt(i)) >= 0) {
                i++;
            }
            if (i > start) {
                tokens.add(BigInteger.valueOf('0'));
                tokens.add(new BigInteger(text.substring(start, i)));
            } else {
                tokens.add(BigInteger.valueOf(text.codePointAt(i)));
                i += Character.charCount(text.codePointAt(i));
            }
        }
        return tokens;
    }
}

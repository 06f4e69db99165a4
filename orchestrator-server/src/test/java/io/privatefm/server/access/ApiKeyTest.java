/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A key's text")
class ApiKeyTest {
    private static final int ROUNDS = 500;
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /** Gives the same byte for ever. */
    private record Constant(int value) implements RandomGenerator {
        @Override
        public long nextLong() {
            return value * 0x0101010101010101L;
        }

        @Override
        public int nextInt(int bound) {
            return 7;
        }
    }

    private static String checked(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return text + "_" + HexFormat.of().toHexDigits((int) crc.getValue());
    }

    @Test
    @DisplayName("has a fixed form: prefix, environment, id, secret in base 62, checksum")
    void form() {
        assertThat(ApiKey.draw(ApiKey.Environment.LIVE, new Constant(0)).text())
                .isEqualTo(checked("pbk_live_" + "7".repeat(12) + "_" + "0".repeat(43)));
        // 2^256 - 1 in base 62
        assertThat(ApiKey.draw(ApiKey.Environment.DEV, new Constant(0xff)).text())
                .isEqualTo(checked("pbk_dev_" + "7".repeat(12) + "_" + biggest()));
    }

    private static String biggest() {
        java.math.BigInteger rest = java.math.BigInteger.TWO.pow(256).subtract(java.math.BigInteger.ONE);
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < 43; i++) {
            digits.insert(
                    0, DIGITS.charAt(rest.mod(java.math.BigInteger.valueOf(62)).intValue()));
            rest = rest.divide(java.math.BigInteger.valueOf(62));
        }
        return digits.toString();
    }

    @Test
    @DisplayName("is read as what was drawn, and no two are the same")
    void roundTrips() {
        long seed = Long.getLong("pfm.seed", System.nanoTime());
        Random random = new Random(seed);
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < ROUNDS; i++) {
            ApiKey.Environment environment = i % 2 == 0 ? ApiKey.Environment.LIVE : ApiKey.Environment.DEV;
            ApiKey drawn = ApiKey.draw(environment, random);
            ApiKey read = ApiKey.parse(drawn.text()).orElseThrow();
            assertThat(read.id()).as("-Dpfm.seed=%d, key %d", seed, i).isEqualTo(drawn.id());
            assertThat(read.environment()).isEqualTo(environment);
            assertThat(read.text()).isEqualTo(drawn.text());
            assertThat(texts.add(drawn.text())).isTrue();
        }
    }

    @Test
    @DisplayName("with any character changed, lost or doubled is none, before anything is looked up")
    void mistyped() {
        long seed = Long.getLong("pfm.seed", System.nanoTime());
        Random random = new Random(seed);
        String text = ApiKey.draw(ApiKey.Environment.LIVE, random).text();
        for (int i = 0; i < text.length(); i++) {
            char other = DIGITS.charAt(random.nextInt(DIGITS.length()));
            if (other != text.charAt(i)) {
                assertThat(ApiKey.parse(text.substring(0, i) + other + text.substring(i + 1)))
                        .as("-Dpfm.seed=%d, character %d is %c", seed, i, other)
                        .isEmpty();
            }
            assertThat(ApiKey.parse(text.substring(0, i) + text.substring(i + 1)))
                    .as("-Dpfm.seed=%d, without character %d", seed, i)
                    .isEmpty();
            assertThat(ApiKey.parse(text.substring(0, i + 1) + text.substring(i)))
                    .as("-Dpfm.seed=%d, character %d twice", seed, i)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "pbk", "pbk_live_", "Bearer x", "pbk_test_777777777777_0_00000000", "\n"})
    @DisplayName("is nothing else")
    void others(String text) {
        assertThat(ApiKey.parse(text)).isEmpty();
    }

    @Test
    @DisplayName("holds 256 bits: a bigger number is none, nor is one in another environment or with a line break")
    void bounds() {
        String id = "A".repeat(12);
        assertThat(ApiKey.parse(checked("pbk_live_" + id + "_" + biggest()))).isPresent();
        assertThat(ApiKey.parse(checked("pbk_live_" + id + "_" + "z".repeat(43))))
                .isEmpty();
        assertThat(ApiKey.parse(checked("pbk_prod_" + id + "_" + biggest()))).isEmpty();
        assertThat(ApiKey.parse(checked("pbk_live_" + id + "_" + biggest()) + "\n"))
                .isEmpty();
        assertThat(ApiKey.parse(" " + checked("pbk_live_" + id + "_" + biggest())))
                .isEmpty();
    }

    @Test
    @DisplayName("is not shown by toString")
    void hidden() {
        ApiKey key = ApiKey.draw(ApiKey.Environment.DEV, new Random(1));
        assertThat(key).hasToString("pbk_dev_" + key.id() + "_***");
    }
}

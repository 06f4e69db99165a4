/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A root key")
class RootKeyTest {
    private static final byte[] KEY =
            HexFormat.of().parseHex("fb0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff");

    @Test
    @DisplayName("is read from base64 and from hexadecimal digits of either case, with white space around")
    void forms() {
        String hex = HexFormat.of().formatHex(KEY);
        String base64 = Base64.getEncoder().encodeToString(KEY);

        assertThat(RootKey.of(KEY).id()).isEqualTo("0b9ca82373e350cbe7b4f3348fdff886");
        for (String text : new String[] {
            hex, hex.toUpperCase(Locale.ROOT), base64, base64.replace("=", ""), "\n " + base64 + "\r\n"
        }) {
            assertThat(RootKey.parse(text).id()).isEqualTo(RootKey.of(KEY).id());
        }
    }

    @Test
    @DisplayName("has an id that another key does not have, and shows nothing else")
    void id() {
        byte[] other = KEY.clone();
        other[31] ^= 1;

        assertThat(RootKey.of(other).id()).isNotEqualTo(RootKey.of(KEY).id());
        assertThat(RootKey.of(KEY)).hasToString("root key " + RootKey.of(KEY).id());
    }

    @Test
    @DisplayName("keeps nothing of the caller's array")
    void copied() {
        byte[] key = KEY.clone();
        RootKey root = RootKey.of(key);
        String check = root.check("text");
        key[0] ^= 1;

        assertThat(root.check("text")).isEqualTo(check).isNotEqualTo(root.check("texT"));
        assertThat(RootKey.of(key).check("text")).isNotEqualTo(check);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hunter2-hunter2",
                "fb0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
                "fb0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff00",
                "+wECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8AAAAA",
                "-wECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8=",
                "gb0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"
            })
    @DisplayName("is refused as a fault of the configuration if it is anything else, without repeating it")
    void malformed(String text) {
        assertThatThrownBy(() -> RootKey.parse(text)).isInstanceOfSatisfying(InvalidInputException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION);
            assertThat(e)
                    .hasNoCause()
                    .hasMessage("a root key is 32 random bytes in base64 (44 characters) or hexadecimal digits"
                            + " (64), and this is neither; `openssl rand -base64 32` makes one");
        });
    }

    @Test
    @DisplayName("has 32 bytes, not more and not fewer")
    void length() {
        for (int length : new int[] {0, 16, 31, 33}) {
            assertThatThrownBy(() -> RootKey.of(new byte[length])).isInstanceOf(InvalidInputException.class);
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.WrongKeyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The pepper")
class PepperTest {
    private static final String HEX = "07".repeat(32);
    private static final String BASE64 =
            Base64.getEncoder().encodeToString(HexFormat.of().parseHex(HEX));

    @TempDir
    private Path folder;

    private Pepper pepper(String root) {
        return HomeKeys.pepper(folder.resolve("home"), Optional.empty(), Optional.of(root));
    }

    private static String hash(Pepper pepper, String purpose, String text) {
        return HexFormat.of().formatHex(pepper.hash(purpose, text));
    }

    @Test
    @DisplayName("is the same for the same root key however it is written, and hashes to what it always did")
    void derived() {
        String expected = "d6227203dca479f0a0f7ad3365493f5a3ba95efe5c4b7bc5db0646d98a00aa43";
        assertThat(hash(pepper(HEX), "purpose", "text")).isEqualTo(expected);
        assertThat(hash(pepper(HEX.toUpperCase(Locale.ROOT) + "\n"), "purpose", "text"))
                .isEqualTo(expected);
        assertThat(hash(pepper(BASE64), "purpose", "text")).isEqualTo(expected);
        assertThat(hash(pepper(HEX), "other", "text")).isNotEqualTo(expected);
        assertThat(hash(Pepper.of(HexFormat.of().parseHex(HEX)), "purpose", "text"))
                .as("under the root key itself")
                .isNotEqualTo(expected);
    }

    @Test
    @DisplayName("is that of the key in the vault's folder where none is given, and stays")
    void ofTheFile() throws IOException {
        Path home = folder.resolve("home");
        String first = hash(HomeKeys.pepper(home, Optional.empty(), Optional.empty()), "purpose", "text");
        String root = Files.readString(folder.resolve("home.keys").resolve("root.key"));

        assertThat(hash(HomeKeys.pepper(home, Optional.empty(), Optional.empty()), "purpose", "text"))
                .isEqualTo(first);
        assertThat(hash(pepper(root), "purpose", "text")).isEqualTo(first);
    }

    @Test
    @DisplayName("is refused for a root key that is not the vault's, and is never shown")
    void wrongRoot() {
        assertThat(pepper(HEX)).hasToString("Pepper[***]");
        assertThatThrownBy(() -> pepper("08".repeat(32))).isInstanceOf(WrongKeyException.class);
        assertThatThrownBy(() -> Pepper.of(new byte[31])).isInstanceOf(IllegalArgumentException.class);
    }
}

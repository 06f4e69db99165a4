/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A signed tree head")
class TreeHeadTest {
    private static final String ORIGIN = "example.org/private-fm";
    private static final Sha256 ROOT = Sha256.parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static final TreeHead HEAD = new TreeHead(ORIGIN, 123_456, ROOT);

    /** Computed by another program in another language, from RFC 8032, c2sp.org/signed-note and c2sp.org/tlog-checkpoint. */
    private static final String NOTE = """
            example.org/private-fm
            123456
            AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=

            — example.org/private-fm 1YtvB/AQHCZg+UDKN/L0/VTfAPKjGE1i0xgzbIuoZsTO8okc4pO9WGPT0M1f2wCE55HBDXXJ2e+m/4c8NXyr1j1VEgo=
            """;

    private final KeyPair key = AuditKey.fixed();

    @Test
    @DisplayName("is the note that is written down here, byte for byte")
    void golden() {
        assertThat(sign(HEAD)).isEqualTo(NOTE);
        assertThat(TreeHead.verify(NOTE, ORIGIN, key.getPublic())).contains(HEAD);
    }

    @Test
    @DisplayName("has the format of c2sp.org/signed-note and c2sp.org/tlog-checkpoint")
    void format() throws GeneralSecurityException {
        List<String> lines = Arrays.asList(sign(HEAD).split("\n", -1));
        assertThat(lines).hasSize(6);
        assertThat(lines.subList(0, 4))
                .containsExactly(ORIGIN, "123456", Base64.getEncoder().encodeToString(ROOT.bytes()), "");
        assertThat(lines.get(4)).startsWith("\u2014 " + ORIGIN + " ");
        assertThat(lines.get(5)).isEmpty();

        byte[] signed = Base64.getDecoder().decode(lines.get(4).substring(ORIGIN.length() + 3));
        assertThat(signed).hasSize(4 + 64);
        byte[] publicKey = HexFormat.of().parseHex(AuditKey.PUBLIC);
        ByteArrayOutputStream named = new ByteArrayOutputStream();
        named.writeBytes(ORIGIN.getBytes(StandardCharsets.UTF_8));
        named.write(0x0A);
        named.write(0x01);
        named.writeBytes(publicKey);
        byte[] id = MessageDigest.getInstance("SHA-256").digest(named.toByteArray());
        assertThat(Arrays.copyOf(signed, 4)).isEqualTo(Arrays.copyOf(id, 4));

        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(key.getPublic());
        signature.update((String.join("\n", lines.subList(0, 3)) + "\n")
                .getBytes(StandardCharsets.UTF_8)); // ends before the blank line
        assertThat(signature.verify(Arrays.copyOfRange(signed, 4, signed.length)))
                .isTrue();
    }

    @Test
    @DisplayName("comes back as it was, whatever it says")
    void roundTrip() {
        Random random = new Random(TestSeed.of(getClass()));
        for (int round = 0; round < 50; round++) {
            TreeHead head = new TreeHead(
                    ORIGIN,
                    random.nextLong() >>> (1 + random.nextInt(63)),
                    new Sha256(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong()));
            assertThat(TreeHead.verify(sign(head), ORIGIN, key.getPublic())).contains(head);
        }
    }

    @Test
    @DisplayName("is refused after any change of any character, and nothing else happens")
    void changed() {
        Random random = new Random(TestSeed.of(getClass()));
        String characters = "\n =+/9Az\u2014";
        for (int at = 0; at < NOTE.length(); at++) {
            StringBuilder deleted = new StringBuilder(NOTE).deleteCharAt(at);
            assertRefused(deleted.toString());
            for (int i = 0; i < characters.length(); i++) {
                char other = characters.charAt(i);
                assertRefused(new StringBuilder(NOTE).insert(at, other).toString());
                if (other != NOTE.charAt(at)) {
                    StringBuilder replaced = new StringBuilder(NOTE);
                    replaced.setCharAt(at, other);
                    assertRefused(replaced.toString());
                }
            }
            for (int bit = 0; bit < 7; bit++) {
                StringBuilder flipped = new StringBuilder(NOTE);
                flipped.setCharAt(at, (char) (NOTE.charAt(at) ^ (1 << bit)));
                assertRefused(flipped.toString());
            }
            StringBuilder anything = new StringBuilder(NOTE);
            anything.setCharAt(at, (char) (NOTE.charAt(at) + 1 + random.nextInt(0xFFFF)));
            assertRefused(anything.toString());
            assertRefused(NOTE.substring(0, at));
            assertRefused(NOTE.substring(at + 1));
        }
        assertRefused(NOTE + "\n");
        assertRefused(NOTE + NOTE);
        assertRefused(NOTE.replace("\n", "\r\n"));
    }

    @Test
    @DisplayName("is refused with other spellings of its base64")
    void spelling() {
        assertRefused(NOTE.replace("=\n", "\n"));
        String line = NOTE.substring(0, NOTE.length() - 2); // without the last = and the line's end
        char last = line.charAt(line.length() - 1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < alphabet.length(); i++) {
            if (alphabet.charAt(i) != last) {
                assertRefused(line.substring(0, line.length() - 1) + alphabet.charAt(i) + "=\n");
            }
        }
    }

    @Test
    @DisplayName("is refused if it is another key's, or of another log")
    void others() {
        KeyPair other = AuditKey.other();
        assertThat(TreeHead.verify(NOTE, ORIGIN, other.getPublic())).isEmpty();
        assertThat(TreeHead.verify(HEAD.sign(other), ORIGIN, key.getPublic())).isEmpty();
        assertThat(TreeHead.verify(
                        HEAD.sign(new KeyPair(key.getPublic(), other.getPrivate())), ORIGIN, key.getPublic()))
                .isEmpty();
        for (String origin : List.of("", "example.org", ORIGIN + "2", ORIGIN.toUpperCase(Locale.ROOT))) {
            assertThat(TreeHead.verify(NOTE, origin, key.getPublic())).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two words", "a+b", "line\nline", "line\n", "tab\t", "\u00A0", "\u2028"})
    @DisplayName("cannot be of a log whose name breaks the format")
    void names(String origin) {
        assertThatThrownBy(() -> new AuditSigner(origin, key, new Anchors()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("audit log");
    }

    private String sign(TreeHead head) {
        return head.sign(key);
    }

    private void assertRefused(String note) {
        assertThat(TreeHead.verify(note, ORIGIN, key.getPublic())).as(note).isEmpty();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A signed note")
class SignedNoteTest {
    private static final String NAME = "example.org/publisher";

    private final KeyPair key = pair();

    @Test
    @DisplayName("gives its text back, also one with empty lines, or that looks as if it were signed")
    void roundTrip() {
        for (String text : new String[] {"\n", "one\n", "one\n\ntwo\n", "one\n\n\u2014 " + NAME + " AAAA\n"}) {
            String note = SignedNote.sign(text, NAME, key);
            assertThat(SignedNote.verify(note, NAME, key.getPublic())).contains(text);
        }
        assertThatThrownBy(() -> SignedNote.sign("one", NAME, key)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("is refused with a second signature, another name, another key, other text")
    void refused() {
        String note = SignedNote.sign("one\n", NAME, key);
        String line = note.substring(note.indexOf('\u2014'));
        assertRefused(note + line);
        assertRefused(note.replace("one", "two"));
        assertRefused("");
        assertRefused("\n");
        assertRefused(line);
        assertRefused("\n" + line);
        assertRefused(SignedNote.sign("one\n", NAME + "2", key));
        assertRefused(SignedNote.sign("one\n", NAME, pair()));
    }

    private void assertRefused(String note) {
        assertThat(SignedNote.verify(note, NAME, key.getPublic())).as(note).isEmpty();
    }

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}

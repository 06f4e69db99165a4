/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import io.privatefm.core.model.TestSeed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The streaming AEAD")
class AeadStreamTest {
    private static final int FIRST = 65_536 - 40 - 16;
    private static final int NEXT = 65_536 - 16;

    private final long seed = TestSeed.of(getClass());
    private final Random random = new Random(seed);
    private final byte[] main = bytes(32);
    private final byte[] associated = bytes(32);

    @ParameterizedTest
    @ValueSource(
            ints = {
                0,
                1,
                15,
                1000,
                FIRST - 1,
                FIRST,
                FIRST + 1,
                FIRST + NEXT - 1,
                FIRST + NEXT,
                FIRST + NEXT + 1,
                1_000_003
            })
    @DisplayName("gives what Tink opens, and opens what Tink gives")
    void tink(int length) throws Exception {
        byte[] plain = bytes(length);
        AesGcmHkdfStreaming tink = new AesGcmHkdfStreaming(main, "HmacSha256", 32, 65_536, 0);

        try (InputStream opened = tink.newDecryptingStream(new ByteArrayInputStream(sealed(plain)), associated)) {
            assertThat(opened.readAllBytes()).isEqualTo(plain);
        }

        ByteArrayOutputStream theirs = new ByteArrayOutputStream();
        try (OutputStream sealing = tink.newEncryptingStream(theirs, associated)) {
            sealing.write(plain);
        }
        assertThat(opened(theirs.toByteArray(), length)).isEqualTo(plain);
    }

    @Test
    @DisplayName("cuts its plain text as its arithmetic says")
    void arithmetic() {
        for (long length :
                List.of(0L, 1L, (long) FIRST, FIRST + 1L, FIRST + 3L * NEXT, FIRST + 3L * NEXT + 1, 1L << 40)) {
            AeadStream stream = new AeadStream(main, new byte[7], length);
            long segments = AeadStream.segments(length);
            long last = segments - 1;
            assertThat(AeadStream.plainStart(last) + stream.plainLength(last)).isEqualTo(length);
            assertThat(AeadStream.sealedStart(last) + stream.plainLength(last) + 16)
                    .isEqualTo(AeadStream.sealedBytes(length));
            if (length > 0) {
                assertThat(AeadStream.segmentOf(length - 1)).isEqualTo(last);
                assertThat(AeadStream.segmentOf(AeadStream.plainStart(last))).isEqualTo(last);
            }
        }
    }

    @Test
    @DisplayName(
            "opens no segment in another place, of another length of stream, with another key or associated data, or with a bit turned")
    void misplaced() throws Exception {
        byte[] plain = bytes(FIRST + 3 * NEXT);
        byte[] sealed = sealed(plain);
        AeadStream stream = stream(sealed, plain.length, associated);
        byte[] second = Arrays.copyOfRange(sealed, 65_536, 2 * 65_536);
        byte[] out = new byte[65_536];

        assertThat(stream.open(1, second, out)).isTrue();
        assertThat(Arrays.copyOf(out, NEXT)).isEqualTo(Arrays.copyOfRange(plain, FIRST, FIRST + NEXT));
        assertThat(stream.open(2, second, out)).as("number 2").isFalse();
        assertThat(stream.open(3, second, out)).as("the last").isFalse();
        assertThat(stream(sealed, FIRST + NEXT, associated).open(1, second, out))
                .as("cut off after it")
                .isFalse();
        assertThat(stream(sealed, plain.length, bytes(32)).open(1, second, out))
                .as("other data")
                .isFalse();
        assertThat(new AeadStream(bytes(32), new byte[7], plain.length).open(1, second, out))
                .as("other key")
                .isFalse();
        for (int turned : IntStream.range(0, 200)
                .map(i -> random.nextInt(8 * second.length))
                .toArray()) {
            byte[] damaged = second.clone();
            damaged[turned / 8] ^= (byte) (1 << turned % 8);
            assertThat(stream.open(1, damaged, out))
                    .as("seed %s, bit %s", seed, turned)
                    .isFalse();
            assertThat(out).as("no plain text is left behind").containsOnly(0);
        }
    }

    @Test
    @DisplayName("opens segments in any order, by several threads at once")
    void parallel() {
        byte[] plain = bytes(FIRST + 40 * NEXT + 17);
        byte[] sealed = sealed(plain);
        AeadStream stream = stream(sealed, plain.length, associated);
        long wrong = IntStream.range(0, 42 * 8)
                .parallel()
                .map(i -> 41 - i % 42)
                .filter(segment -> {
                    byte[] out = new byte[stream.plainLength(segment)];
                    int from = (int) AeadStream.sealedStart(segment);
                    boolean opened =
                            stream.open(segment, Arrays.copyOfRange(sealed, from, from + out.length + 16), out);
                    int start = (int) AeadStream.plainStart(segment);
                    return !opened || !Arrays.equals(out, Arrays.copyOfRange(plain, start, start + out.length));
                })
                .count();
        assertThat(wrong).isZero();
    }

    @Test
    @DisplayName("derives its keys as RFC 5869 does (appendix A.1)")
    void rfc5869() {
        HexFormat hex = HexFormat.of();
        DataKey key = new DataKey(1, "0".repeat(32), hex.parseHex("0b".repeat(22)));

        byte[] derived =
                key.streamKey(hex.parseHex("000102030405060708090a0b0c"), hex.parseHex("f0f1f2f3f4f5f6f7f8f9"));

        assertThat(hex.formatHex(derived))
                .isEqualTo("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    }

    @Test
    @DisplayName(
            "that Tink altered is not opened by it either: the header's salt and prefix decide about every segment")
    void alteredHeader() {
        byte[] plain = bytes(100);
        for (int at = 1; at < 40; at++) {
            byte[] sealed = sealed(plain);
            sealed[at] ^= 1;
            assertThatThrownBy(() -> opened(sealed, plain.length))
                    .as("byte %s", at)
                    .isInstanceOf(IOException.class);
        }
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] sealed(byte[] plain) {
        byte[] salt = bytes(32);
        byte[] prefix = bytes(7);
        ByteBuffer out = ByteBuffer.allocate((int) AeadStream.sealedBytes(plain.length));
        out.put((byte) 40).put(salt).put(prefix);
        AeadStream stream = new AeadStream(key().streamKey(salt, associated), prefix, plain.length);
        for (long segment = 0; segment < AeadStream.segments(plain.length); segment++) {
            int start = (int) AeadStream.plainStart(segment);
            byte[] part = Arrays.copyOfRange(plain, start, start + stream.plainLength(segment));
            byte[] sealed = new byte[part.length + 16];
            stream.seal(segment, part, sealed);
            out.put(sealed);
        }
        return out.array();
    }

    private byte[] opened(byte[] sealed, int length) throws IOException, GeneralSecurityException {
        AeadStream stream = stream(sealed, length, associated);
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        for (long segment = 0; segment < AeadStream.segments(length); segment++) {
            byte[] out = new byte[stream.plainLength(segment)];
            int from = (int) AeadStream.sealedStart(segment);
            if (!stream.open(segment, Arrays.copyOfRange(sealed, from, from + out.length + 16), out)) {
                throw new IOException("segment " + segment);
            }
            plain.write(out);
        }
        return plain.toByteArray();
    }

    private AeadStream stream(byte[] sealed, int length, byte[] data) {
        byte[] salt = Arrays.copyOfRange(sealed, 1, 33);
        return new AeadStream(key().streamKey(salt, data), Arrays.copyOfRange(sealed, 33, 40), length);
    }

    private DataKey key() {
        return new DataKey(1, "0".repeat(32), main);
    }
}

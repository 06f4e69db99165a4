/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.CorruptDataException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A blob's header")
class BlobHeaderTest {
    private static final byte[] SALT = salt();
    private static final long PAYLOAD = 0x0102030405060708L;

    static IntStream bytesOfHeader() {
        return IntStream.range(0, 128).filter(at -> at < 72 || at >= 104);
    }

    @Test
    @DisplayName("is 128 bytes: mark, version 1, flags 0, segment size, payload length, all else zero")
    void layout() {
        byte[] expected = HexFormat.of()
                .parseHex(
                        "50424331" // PBC1
                                + "01" // version
                                + "00" // flags
                                + "0000" // reserved
                                + "00010000" // segments of 64 KiB
                                + "00000000" // reserved
                                + "00".repeat(16) // key id
                                + "0102030405060708" // payload length
                                + "00".repeat(32) // key commitment
                                + "5a".repeat(32) // salt
                                + "00".repeat(24)); // rest of the stream header, reserved

        ByteBuffer header = BlobHeader.plain(PAYLOAD, SALT);

        assertThat(header.remaining()).isEqualTo(128);
        assertThat(header).isEqualTo(ByteBuffer.wrap(expected));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1L << 20, PAYLOAD})
    @DisplayName("gives back the payload's length")
    void roundTrip(long payload) {
        assertThat(BlobHeader.payloadBytes(BlobHeader.plain(payload, SALT), payload + 128, "blob x"))
                .isEqualTo(payload);
    }

    @ParameterizedTest(name = "byte {0}")
    @MethodSource("bytesOfHeader")
    @DisplayName("is refused with any one bit turned but those of the salt, and the error names the byte")
    void flippedBit(int at) {
        for (int bit = 0; bit < 8; bit++) {
            byte[] header = new byte[128];
            BlobHeader.plain(PAYLOAD, SALT).get(header);
            header[at] ^= (byte) (1 << bit);

            assertThatThrownBy(() -> BlobHeader.payloadBytes(ByteBuffer.wrap(header), PAYLOAD + 128, "blob x"))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage(
                            at < 4
                                    ? "blob x does not begin with the mark of a blob"
                                    : "blob x has an unknown or damaged header (byte " + at + ")");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-128, -1, 1, 1000})
    @DisplayName("is refused on a blob that is shorter or longer than it says")
    void otherSize(long difference) {
        assertThatThrownBy(() -> BlobHeader.payloadBytes(BlobHeader.plain(1000, SALT), 1128 + difference, "blob x"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageStartingWith("blob x has an unknown or damaged header (byte 3");
    }

    private static byte[] salt() {
        byte[] salt = new byte[BlobHeader.SALT_BYTES];
        Arrays.fill(salt, (byte) 0x5a);
        return salt;
    }
}

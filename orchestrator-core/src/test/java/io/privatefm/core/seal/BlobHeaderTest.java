/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.UnknownFormatException;
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
    private static final long PAYLOAD = 0x0102030405060708L;

    /** The header of plain bytes of a variant of version 7. */
    static BlobHeader plain(long payloadBytes, byte[] salt) {
        return BlobHeader.plain(SealContext.Role.VARIANT.number(), payloadBytes, 7, salt);
    }

    private static BlobHeader sealed(long payloadBytes) {
        return new BlobHeader(
                true,
                SealContext.Role.MANIFEST.number(),
                "a1".repeat(16),
                payloadBytes,
                filled(32, 0xc0),
                9,
                filled(32, 0x5a),
                filled(7, 0x77));
    }

    /** What no header has another value of. */
    static IntStream fixedBytes() {
        return IntStream.of(0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 80, 81, 82, 83, 84, 85, 86, 87, 88);
    }

    @Test
    @DisplayName(
            "is 128 bytes: mark, format, flags, role, segment size, key id, length, commitment, version; then what Tink begins with")
    void layout() {
        byte[] expected = HexFormat.of()
                .parseHex(
                        "50424331" // PBC1
                                + "01" // format
                                + "01" // sealed
                                + "04" // manifest
                                + "00" // reserved
                                + "00010000" // segments of 64 KiB
                                + "00000000" // reserved
                                + "a1".repeat(16) // key id
                                + "0102030405060708" // payload length
                                + "c0".repeat(32) // key commitment
                                + "0000000000000009" // version
                                + "0000000000000000" // reserved
                                + "28" // length of the stream's header
                                + "5a".repeat(32) // salt
                                + "77".repeat(7)); // nonce prefix

        assertThat(sealed(PAYLOAD).bytes()).isEqualTo(expected).hasSize(BlobHeader.BYTES);
        assertThat(sealed(PAYLOAD).ownBytes()).isEqualTo(Arrays.copyOf(expected, 88));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 65_480, 65_481, 1L << 20, 1L << 40})
    @DisplayName("reads back as it was written, sealed or not")
    void roundTrip(long payload) throws Unsealable {
        for (BlobHeader header : new BlobHeader[] {sealed(payload), plain(payload, filled(32, 1))}) {
            assertThat(BlobHeader.read(header.bytes(), header.storedBytes()).bytes())
                    .isEqualTo(header.bytes());
        }
    }

    @ParameterizedTest(name = "byte {0}")
    @MethodSource("fixedBytes")
    @DisplayName("is of no known format with any bit turned that is the same in all headers")
    void flippedBit(int at) {
        for (int bit = 0; bit < 8; bit++) {
            byte[] header = sealed(PAYLOAD).bytes();
            header[at] ^= (byte) (1 << bit);

            assertThatThrownBy(() -> BlobHeader.read(header, sealed(PAYLOAD).storedBytes()))
                    .isInstanceOfSatisfying(
                            Unsealable.class,
                            e -> assertThat(e.about("blob x"))
                                    .isInstanceOf(at < 4 ? CorruptDataException.class : UnknownFormatException.class));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-128, -1, 1, 16, 1000})
    @DisplayName("does not stand in front of more or fewer bytes than it says")
    void otherSize(long difference) {
        assertThatThrownBy(
                        () -> BlobHeader.read(sealed(1000).bytes(), sealed(1000).storedBytes() + difference))
                .isInstanceOf(Unsealable.class)
                .hasMessage("is not as long as its header says");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 62})
    @DisplayName("with a length that no blob has is refused")
    void impossibleLength(long payload) {
        assertThatThrownBy(() ->
                        BlobHeader.read(sealed(payload).bytes(), sealed(payload).storedBytes()))
                .isInstanceOf(Unsealable.class);
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}

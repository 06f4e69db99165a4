/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.privatefm.core.FaultyBlobs;
import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A sealed blob")
class SealedBlobsTest {
    private static final NsUid OWNER = new NsUid("0123456789abcdef0123456789abcdef");
    private static final NsUid OTHER = new NsUid("fedcba9876543210fedcba9876543210");
    private static final SealContext WHAT = new SealContext(OWNER, SealContext.Role.VARIANT, 7, "math");
    private static final SealContext OF_ANOTHER = new SealContext(OTHER, SealContext.Role.VARIANT, 7, "math");
    private static final byte[] PAYLOAD = "seventeen bytes!!".getBytes(StandardCharsets.US_ASCII);

    private final FaultyBlobs store = new FaultyBlobs(InstantSource.system());
    private final SealedBlobs blobs = new SealedBlobs(store, null, new Random(3));

    @AfterEach
    void everythingIsClosed() {
        assertThat(store.openHandles()).as("open handles").isZero();
    }

    @Test
    @DisplayName("is the header and the payload, named by the SHA-256 of both")
    void stored() {
        SealedBlobs.Stored stored = blobs.write(WHAT, PAYLOAD);
        byte[] salt = new byte[AeadStream.SALT_BYTES];
        new Random(3).nextBytes(salt);

        byte[] bytes = ByteBuffer.allocate(128 + PAYLOAD.length)
                .put(BlobHeaderTest.plain(PAYLOAD.length, salt).bytes())
                .put(PAYLOAD)
                .array();
        assertThat(store.bytes(OWNER, stored.name())).isEqualTo(bytes);
        assertThat(stored.name()).isEqualTo(Sha256.of(MerkleTree.sha256().digest(bytes)));
        assertThat(stored.bytes()).isEqualTo(bytes.length);
    }

    @Test
    @DisplayName("gives its payload back, whole and by ranges; an empty one too")
    void read() {
        Sha256 name = blobs.write(WHAT, PAYLOAD).name();
        assertThat(blobs.read(WHAT, name, PAYLOAD.length)).isEqualTo(PAYLOAD);
        try (RangedFile file = blobs.open(WHAT, name)) {
            assertThat(file.size()).isEqualTo(PAYLOAD.length);
            byte[] part = new byte[5];
            file.read(10, ByteBuffer.wrap(part));
            assertThat(part).isEqualTo(Arrays.copyOfRange(PAYLOAD, 10, 15));
        }

        Sha256 empty = blobs.write(WHAT, new byte[0]).name();
        assertThat(blobs.read(WHAT, empty, 0)).isEmpty();
    }

    @Test
    @DisplayName("written in pieces is the same blob as written at once, also over several chunks of reading back")
    void pieces() {
        byte[] payload = new byte[(5 << 19) + 3];
        new SplittableRandom(3).nextBytes(payload);

        Sha256 inPieces = blobs.write(WHAT, payload.length, sink -> {
                    byte[] piece = new byte[700_001];
                    for (int at = 0; at < payload.length; at += piece.length) {
                        int length = Math.min(piece.length, payload.length - at);
                        System.arraycopy(payload, at, piece, 0, length);
                        sink.write(piece, length);
                    }
                })
                .name();

        Sha256 atOnce =
                new SealedBlobs(store, null, new Random(3)).write(WHAT, payload).name();

        assertThat(inPieces).isEqualTo(atOnce);
        assertThat(blobs.read(WHAT, inPieces, payload.length)).isEqualTo(payload);
    }

    @Test
    @DisplayName("is found damaged with any one bit turned, before a byte of it is used")
    void flippedBits() {
        Sha256 name = blobs.write(WHAT, PAYLOAD).name();
        for (int bit = 0; bit < 8 * (128 + PAYLOAD.length); bit++) {
            store.flip(name, bit);

            assertCorrupt(() -> blobs.checkStored(OWNER, name), "blob " + name + " is damaged: its bytes hash to ");
            assertCorrupt(() -> blobs.read(WHAT, name, 1000), "blob " + name + " is damaged: its bytes hash to ");
            if (bit < 8 * 89 || (bit >= 8 * 121 && bit < 8 * 128)) {
                assertCorrupt(() -> blobs.open(WHAT, name), "blob " + name + " is damaged: its bytes hash to ");
            }
        }
        store.heal();
        assertThat(blobs.read(WHAT, name, 1000)).isEqualTo(PAYLOAD);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 144})
    @DisplayName("is found damaged when it lost its end")
    void truncated(int bytes) {
        Sha256 name = blobs.write(WHAT, PAYLOAD).name();
        store.damage(name, whole -> Arrays.copyOf(whole, bytes));

        assertCorrupt(() -> blobs.checkStored(OWNER, name), "blob " + name + " is damaged: its bytes hash to ");
        assertCorrupt(() -> blobs.read(WHAT, name, 1000), "blob " + name + " is damaged: its bytes hash to ");
        assertCorrupt(() -> blobs.open(WHAT, name), "blob " + name + " is damaged: its bytes hash to ");
    }

    @Test
    @DisplayName("is found damaged when something was appended")
    void appended() {
        Sha256 name = blobs.write(WHAT, PAYLOAD).name();
        store.damage(name, whole -> Arrays.copyOf(whole, whole.length + 1));

        assertCorrupt(() -> blobs.checkStored(OWNER, name), "blob " + name + " is damaged");
        assertCorrupt(() -> blobs.open(WHAT, name), "blob " + name + " is damaged: its bytes hash to ");
    }

    @Test
    @DisplayName("is reported missing where the owner has none of that name")
    void missing() {
        Sha256 name = blobs.write(WHAT, PAYLOAD).name();

        assertCorrupt(() -> blobs.open(OF_ANOTHER, name), "blob " + name + " is missing");
        store.lose(name);
        assertCorrupt(() -> blobs.open(WHAT, name), "blob " + name + " is missing");
        assertCorrupt(() -> blobs.checkStored(OWNER, name), "blob " + name + " is missing");
        assertCorrupt(() -> blobs.read(WHAT, name, 1000), "blob " + name + " is missing");
    }

    @Test
    @DisplayName("is not read when it is longer than the caller allows")
    void tooLong() {
        Sha256 name = blobs.write(WHAT, PAYLOAD).name();

        assertCorrupt(() -> blobs.read(WHAT, name, 16), "blob " + name + " is longer than 16 bytes");
    }

    @Test
    @DisplayName("does not come about when its content is shorter or longer than announced")
    void otherLength() {
        for (int announced : new int[] {0, 16, 18, 1000}) {
            assertThatThrownBy(() -> blobs.write(WHAT, announced, sink -> sink.write(PAYLOAD, PAYLOAD.length)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("announced " + announced + " bytes, wrote 17");
        }
        assertThat(store.committed()).isEmpty();
    }

    @Test
    @DisplayName("does not come about when its content fails, and the failure comes out as it is")
    void contentFails() {
        UnavailableException failure = new UnavailableException("no disk");

        assertThatThrownBy(() -> blobs.write(WHAT, 17, sink -> {
                    sink.write(PAYLOAD, 5);
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(store.committed()).isEmpty();
    }

    @Test
    @DisplayName("that cannot be read back as it was written is reported at once")
    void readBack() {
        store.corruptReads(bytes -> {
            bytes[bytes.length - 1] ^= 1;
            return bytes;
        });

        assertThatThrownBy(() -> blobs.write(WHAT, PAYLOAD))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageMatching("blob [0-9a-f]{64} is damaged: its bytes hash to [0-9a-f]{64}");
    }

    @Test
    @DisplayName("whose bytes changed on the way into the store is reported, though the store names it by what it got")
    void changedOnTheWay() {
        UnaryOperator<byte[]> badMemory = bytes -> {
            bytes[bytes.length - 1] ^= 1;
            return bytes;
        };
        store.corruptWrites(badMemory);

        assertCorrupt(() -> blobs.write(WHAT, PAYLOAD), "blob ");
    }

    private static void assertCorrupt(ThrowingCallable call, String message) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isInstanceOf(CorruptDataException.class).hasMessageStartingWith(message);
        assertThat(((CorruptDataException) thrown).code()).isEqualTo(ErrorCode.CORRUPT_DATA);
    }
}

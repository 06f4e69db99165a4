/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.Sha256;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What is sealed for a learner")
class ScopeTest {
    private static final SealContext VARIANT = SealFixture.variant(SealFixture.ADA, 3, "math");

    private final SealFixture fixture = new SealFixture(11);
    private final byte[] payload = fixture.bytes(100_000);

    @Test
    @DisplayName(
            "opens with the associated data that the format description has, its scope PRIVATE: both sides are rebuilt here")
    void asPrivate() throws Unsealable {
        byte[] stored = store(VARIANT);

        assertThat(opens(stored, VARIANT, "PRIVATE")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GLOBAL", "FOUNDATION", "private", "", "PRIVATE\0"})
    @DisplayName("does not open under the same key in another scope:")
    void inAnotherScope(String scope) throws Unsealable {
        byte[] stored = store(VARIANT);

        assertThat(opens(stored, VARIANT, scope)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("is of scope PRIVATE whatever it is for:")
    void everyRole(SealContext.Role role) throws Unsealable {
        SealContext context = new SealContext(SealFixture.ADA, role, 3, "math");
        byte[] stored = store(context);

        assertThat(opens(stored, context, "PRIVATE")).isTrue();
        assertThat(opens(stored, context, "GLOBAL")).isFalse();
    }

    private byte[] store(SealContext context) {
        Sha256 name = fixture.sealed.write(context, payload).name();
        return fixture.blobs.bytes(context.namespace(), name);
    }

    /** Opens every segment with the learner's key and associated data put together here; all of them open or none. */
    private boolean opens(byte[] stored, SealContext context, String scope) throws Unsealable {
        BlobHeader header = BlobHeader.read(Arrays.copyOf(stored, BlobHeader.BYTES), stored.length);
        DataKey key = fixture.keyring.find(context.namespace(), header.keyId()).orElseThrow();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(Arrays.copyOf(stored, BlobHeader.OWN_BYTES));
        text(data, context.namespace().value());
        data.writeBytes(ByteBuffer.allocate(16)
                .putLong(key.generation())
                .putLong(context.version())
                .array());
        text(data, scope);
        text(data, context.role().name());
        text(data, context.name());
        byte[] streamKey = key.streamKey(header.salt(), MerkleTree.sha256().digest(data.toByteArray()));
        AeadStream stream = new AeadStream(streamKey, header.prefix(), header.payloadBytes());
        int opened = 0;
        int segments = (int) AeadStream.segments(header.payloadBytes());
        for (int segment = 0; segment < segments; segment++) {
            int from = BlobHeader.OWN_BYTES + (int) AeadStream.sealedStart(segment);
            int length = stream.plainLength(segment);
            byte[] sealed = Arrays.copyOfRange(stored, from, from + length + AeadStream.TAG_BYTES);
            byte[] plain = new byte[length];
            if (stream.open(segment, sealed, plain)) {
                opened++;
                int at = (int) AeadStream.plainStart(segment);
                assertThat(plain).isEqualTo(Arrays.copyOfRange(payload, at, at + length));
            }
        }
        assertThat(opened).isIn(0, segments);
        return opened > 0;
    }

    private static void text(ByteArrayOutputStream bytes, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
        bytes.writeBytes(utf8);
    }
}

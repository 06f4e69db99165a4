/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.NsUid;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What bytes are, and whose. It is bound into their encryption: they open as this and as nothing else.
 *
 * @param version the checkpoint that they were made for, or the place of a row in its log; 0 where there is none
 * @param name what tells them from others of the same role and version, such as the variant or the subject
 */
public record SealContext(NsUid namespace, Role role, long version, String name) {
    /** All that is sealed is a learner's own; nothing sealed so opens as a part of a foundation. */
    private static final String SCOPE = "PRIVATE";

    /** What bytes are for. The numbers are part of the format. */
    public enum Role {
        ADAPTER_CONFIG(1),
        ADAPTER_WEIGHTS(2),
        VARIANT(3),
        MANIFEST(4),
        EVENT(5),
        MESSAGE(6),
        AUDIT_DETAILS(7);

        private final byte number;

        Role(int number) {
            this.number = (byte) number;
        }

        byte number() {
            return number;
        }
    }

    /**
     * The associated data of {@code docs/format-v1.md}: a hash, so that it has one length.
     *
     * @param header what stands in front of the stream
     * @param generation of the data key
     */
    byte[] associatedData(byte[] header, long generation) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(header);
        text(bytes, namespace.value());
        number(bytes, generation);
        number(bytes, version);
        text(bytes, SCOPE);
        text(bytes, role.name());
        text(bytes, name);
        return MerkleTree.sha256().digest(bytes.toByteArray());
    }

    private static void number(ByteArrayOutputStream bytes, long number) {
        bytes.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    }

    private static void text(ByteArrayOutputStream bytes, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
        bytes.writeBytes(utf8);
    }
}

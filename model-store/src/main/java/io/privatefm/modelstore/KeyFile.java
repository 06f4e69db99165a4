/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.UnknownFormatException;
import io.privatefm.spi.WrongKeyException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;

/**
 * What a namespace's key file holds: {@code "PFNK" ‖ version 1 ‖ root key id ‖ key id ‖ nonce ‖ ciphertext ‖ tag}, the
 * key wrapped under the root key that it names.
 */
final class KeyFile {
    private static final byte[] MAGIC = "PFNK".getBytes(StandardCharsets.US_ASCII);
    private static final byte VERSION = 1;
    private static final int ROOT_ID = MAGIC.length + 1;
    private static final int KEY_ID = ROOT_ID + 16;
    private static final int HEADER = KEY_ID + NamespaceKey.ID;

    /** How long every such file is. */
    static final int LENGTH = KeyWrap.length(HEADER);

    private final byte[] bytes;

    /** Takes over what {@link NamespaceKey#under} made. */
    KeyFile(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * The content of {@code file}.
     *
     * @param bytes taken over
     * @throws WrongKeyException if it cannot be what a vault wrote
     * @throws UnknownFormatException if a later version wrote it
     */
    static KeyFile parse(Path file, byte[] bytes) {
        if (bytes.length < ROOT_ID || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw damaged(file, null);
        }
        if (bytes[MAGIC.length] != VERSION) {
            throw new UnknownFormatException(Failures.shown(file) + ": is a key file of version "
                    + (bytes[MAGIC.length] & 0xff) + ", and this version knows " + VERSION);
        }
        if (bytes.length != LENGTH) {
            throw damaged(file, null);
        }
        return new KeyFile(bytes);
    }

    static byte[] header(byte[] rootId, byte[] keyId) {
        byte[] header = Arrays.copyOf(MAGIC, HEADER);
        header[MAGIC.length] = VERSION;
        System.arraycopy(rootId, 0, header, ROOT_ID, rootId.length);
        System.arraycopy(keyId, 0, header, KEY_ID, keyId.length);
        return header;
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** Which root key the key is wrapped under. */
    String rootId() {
        return HexFormat.of().formatHex(bytes, ROOT_ID, KEY_ID);
    }

    /** What the key is called. */
    String keyId() {
        return HexFormat.of().formatHex(bytes, KEY_ID, HEADER);
    }

    /**
     * The key in it.
     *
     * @param file where it was read, for messages
     * @throws WrongKeyException if it was not wrapped for this namespace under this root key
     */
    NamespaceKey open(NsUid namespace, RootKey root, Path file) {
        try {
            byte[] key = KeyWrap.unwrap(root.wrapping(), bytes, HEADER, namespace);
            return new NamespaceKey(namespace, Arrays.copyOfRange(bytes, KEY_ID, HEADER), key);
        } catch (AEADBadTagException e) {
            throw damaged(file, e);
        }
    }

    private static WrongKeyException damaged(Path file, @Nullable AEADBadTagException cause) {
        return new WrongKeyException(
                Failures.shown(file) + ": is damaged, or the key file of another namespace or vault;"
                        + " restore it from a backup of this vault",
                cause);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.WrongKeyException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * A namespace's key in the clear, for the time of one call. A wrapped data key is {@code "PDK1" ‖ key id ‖ nonce ‖
 * ciphertext ‖ tag}.
 */
final class NamespaceKey implements AutoCloseable {
    /** Bytes of a key's id. */
    static final int ID = 16;

    private static final byte[] MAGIC = "PDK1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = MAGIC.length + ID;

    private final NsUid namespace;
    private final byte[] id;
    private final byte[] key;

    /** Takes over both arrays. */
    NamespaceKey(NsUid namespace, byte[] id, byte[] key) {
        this.namespace = namespace;
        this.id = id;
        this.key = key;
    }

    static NamespaceKey random(NsUid namespace, SecureRandom random) {
        byte[] id = new byte[ID];
        byte[] key = new byte[KeyWrap.KEY];
        random.nextBytes(id);
        random.nextBytes(key);
        return new NamespaceKey(namespace, id, key);
    }

    /** This key under a root key. */
    KeyFile under(RootKey root, SecureRandom random) {
        byte[] header = KeyFile.header(HexFormat.of().parseHex(root.id()), id);
        return new KeyFile(KeyWrap.wrap(root.wrapping(), header, namespace, key, random));
    }

    byte[] wrap(byte[] dataKey, SecureRandom random) {
        byte[] header = Arrays.copyOf(MAGIC, HEADER);
        System.arraycopy(id, 0, header, MAGIC.length, ID);
        return KeyWrap.wrap(secret(), header, namespace, dataKey, random);
    }

    byte[] unwrap(byte[] wrapped) {
        if (wrapped.length != KeyWrap.length(HEADER)
                || !Arrays.equals(wrapped, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new WrongKeyException("what is to be unwrapped for namespace " + namespace
                    + " is no data key that this vault wrapped: it was altered, or belongs to another kind of vault");
        }
        if (!Arrays.equals(wrapped, MAGIC.length, HEADER, id, 0, ID)) {
            throw new WrongKeyException("a data key of namespace " + namespace + " was wrapped under key "
                    + HexFormat.of().formatHex(wrapped, MAGIC.length, HEADER) + ", and this vault has key " + idText()
                    + ": put the vault in place that belongs to this database");
        }
        try {
            return KeyWrap.unwrap(secret(), wrapped, HEADER, namespace);
        } catch (AEADBadTagException e) {
            throw new WrongKeyException(
                    "a wrapped data key of namespace " + namespace + " is not as key " + idText() + " wrapped it", e);
        }
    }

    /** Overwrites the key. Copies that the JDK's ciphers made go with the garbage collector. */
    @Override
    public void close() {
        Arrays.fill(key, (byte) 0);
    }

    @Override
    public String toString() {
        return "key " + idText() + " of namespace " + namespace;
    }

    private String idText() {
        return HexFormat.of().formatHex(id);
    }

    private SecretKey secret() {
        return new SecretKeySpec(key, "AES");
    }
}

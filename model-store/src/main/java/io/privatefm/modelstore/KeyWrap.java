/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.NsUid;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * One 256-bit key encrypted under another: {@code header ‖ nonce ‖ ciphertext ‖ tag}, AES-256-GCM with a random 96-bit
 * nonce; header and namespace uid are authenticated with it. A key may wrap 2^32 others (NIST SP 800-38D, 8.3).
 */
final class KeyWrap {
    /** Bytes of a key. */
    static final int KEY = 32;

    private static final int NONCE = 12;
    private static final int TAG = 16;

    private KeyWrap() {}

    /** How long a wrapped key is. */
    static int length(int header) {
        return header + NONCE + KEY + TAG;
    }

    static byte[] wrap(SecretKey under, byte[] header, NsUid namespace, byte[] key, SecureRandom random) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        byte[] wrapped = Arrays.copyOf(header, length(header.length));
        System.arraycopy(nonce, 0, wrapped, header.length, NONCE);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, under, wrapped, header.length, namespace);
            cipher.doFinal(key, 0, key.length, wrapped, header.length + NONCE);
            return wrapped;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform cannot encrypt with AES-256-GCM", e);
        }
    }

    /**
     * The key in {@code wrapped}, a new array.
     *
     * @param wrapped of the right {@link #length}
     * @throws AEADBadTagException if it was not wrapped under this key, with this header, for this namespace
     */
    static byte[] unwrap(SecretKey under, byte[] wrapped, int header, NsUid namespace) throws AEADBadTagException {
        try {
            return cipher(Cipher.DECRYPT_MODE, under, wrapped, header, namespace)
                    .doFinal(wrapped, header + NONCE, KEY + TAG);
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform cannot decrypt with AES-256-GCM", e);
        }
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] wrapped, int header, NsUid namespace)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG * Byte.SIZE, wrapped, header, NONCE));
        cipher.updateAAD(wrapped, 0, header);
        cipher.updateAAD(namespace.value().getBytes(StandardCharsets.US_ASCII));
        return cipher;
    }
}

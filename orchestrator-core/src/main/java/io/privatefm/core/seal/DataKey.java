/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;

/** One data key of a namespace, unwrapped. Every blob gets a key of its own from it (HKDF-SHA256, RFC 5869). */
final class DataKey {
    /** Size of the key, and of what is derived from it. */
    static final int BYTES = 32;

    private static final int ID_BYTES = 16;
    private static final byte[] ID = "pfm-key-id-1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] COMMITMENT = "pfm-key-commitment-1".getBytes(StandardCharsets.US_ASCII);

    private final long generation;
    private final String id;
    private final byte[] secret;

    /**
     * A key.
     *
     * @param id 32 hex digits
     * @param secret {@link #BYTES} bytes; a copy is kept
     */
    DataKey(long generation, String id, byte[] secret) {
        this.generation = generation;
        this.id = id;
        this.secret = secret.clone();
    }

    /** What a key is called: 32 hex digits that follow from the key and say nothing about it. */
    static String idOf(byte[] secret) {
        return HexFormat.of().formatHex(derive(secret, new byte[0], ID), 0, ID_BYTES);
    }

    long generation() {
        return generation;
    }

    String id() {
        return id;
    }

    /** What says, beside a salt, that this and no other key was used; says nothing about the key. */
    byte[] commitment(byte[] salt) {
        return derive(secret, salt, COMMITMENT);
    }

    /**
     * The key of one stream.
     *
     * @param associatedData another length than the words that commitments are derived with, so that no key is a commitment
     */
    byte[] streamKey(byte[] salt, byte[] associatedData) {
        return derive(secret, salt, associatedData);
    }

    private static byte[] derive(byte[] secret, byte[] salt, byte[] info) {
        HKDFBytesGenerator hkdf = new HKDFBytesGenerator(SHA256Digest.newInstance());
        hkdf.init(new HKDFParameters(secret, salt, info));
        byte[] derived = new byte[BYTES];
        hkdf.generateBytes(derived, 0, BYTES);
        return derived;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "data key " + id + " of generation " + generation;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What the bytes of a file must hash to.
 *
 * @param kind how they are hashed
 * @param hex the digest in lower-case hex digits
 */
record Checksum(Kind kind, String hex) {
    /** A way of hashing a file. */
    enum Kind {
        /** SHA-256 of the bytes. */
        SHA_256("SHA-256"),
        /**
         * The name that git gives a file: SHA-1 of {@code blob <size>\0} and the bytes. It tells damage, and files that
         * were mixed up; it does not withstand somebody who means it.
         */
        GIT_BLOB("SHA-1");

        private final String algorithm;

        Kind(String algorithm) {
            this.algorithm = algorithm;
        }
    }

    static Checksum of(Sha256 digest) {
        return new Checksum(Kind.SHA_256, digest.hex());
    }

    /** A new digest, for the bytes of a file of that length. */
    MessageDigest start(long bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance(kind.algorithm);
            if (kind == Kind.GIT_BLOB) {
                digest.update(StandardCharsets.US_ASCII.encode("blob " + bytes + '\0'));
            }
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java platform has both
        }
    }

    /** Whether a digest is this; it is used up. */
    boolean isOf(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest()).equals(hex);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A row of {@code pfm_server_key}.
 *
 * @param hash of the whole key under the pepper, hexadecimal
 */
record HashedKey(StoredKey key, String hash) {
    /** Whether a key has this hash, in a time that does not depend on where they differ. */
    boolean is(String presented) {
        return MessageDigest.isEqual(
                hash.getBytes(StandardCharsets.US_ASCII), presented.getBytes(StandardCharsets.US_ASCII));
    }

    /** Without the hash. */
    @Override
    public String toString() {
        return "HashedKey[" + key + "]";
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of a blob's bytes, front to back. */
final class BlobDigest {
    private static final int STEP = 1 << 16;

    private final MessageDigest digest;

    BlobDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The digest of a whole file. */
    static Sha256 of(RangedFile file) {
        BlobDigest digest = new BlobDigest();
        ByteBuffer step = ByteBuffer.allocate((int) Math.min(STEP, file.size()));
        for (long at = 0; at < file.size(); at += step.limit()) {
            step.clear().limit((int) Math.min(STEP, file.size() - at));
            file.read(at, step);
            digest.add(step.flip());
        }
        return digest.finish();
    }

    /** Adds the bytes between position and limit, and leaves both as they are. */
    void add(ByteBuffer bytes) {
        digest.update(bytes.duplicate());
    }

    /** The digest of all bytes added; at most one call. */
    Sha256 finish() {
        return Sha256.of(digest.digest());
    }
}

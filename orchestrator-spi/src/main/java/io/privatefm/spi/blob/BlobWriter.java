/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.blob;

import io.privatefm.spi.Sha256;
import java.nio.ByteBuffer;

/** Writes one blob from front to back. Used by one thread at a time. */
public interface BlobWriter extends AutoCloseable {
    /**
     * Appends the bytes between position and limit; the position is the limit afterwards.
     *
     * @throws IllegalStateException after an error, a commit or {@link #close()}
     * @throws io.privatefm.spi.UnavailableException if they cannot be written; the writer is then of no further use
     */
    void write(ByteBuffer bytes);

    /**
     * Makes the blob durable and visible under the SHA-256 of its bytes; when this returns, it survives a power loss.
     * Committing bytes that the namespace already has succeeds and keeps one copy. At most one call.
     *
     * @return the name, SHA-256 of all bytes written
     * @throws io.privatefm.spi.UnavailableException if the blob could not be made durable; it may be visible, and then is an
     *     orphan like any blob that nothing refers to
     * @throws io.privatefm.spi.CorruptDataException if the namespace has other bytes under that name; they are left as they are
     * @throws IllegalStateException after an error, a commit or {@link #close()}
     */
    Sha256 commit();

    /** Discards what was written unless {@link #commit()} returned. Idempotent. */
    @Override
    void close();
}

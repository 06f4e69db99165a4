/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.blob;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.RangedFile;
import java.util.Optional;

/**
 * Content-addressed bytes, kept apart by namespace: every call is bound to an owner, and no owner sees another's blobs
 * even where the bytes are equal. A blob's name is the SHA-256 of its stored bytes, so a scrub needs no key. Safe for
 * use by several threads at once.
 */
public interface BlobStore {
    /**
     * Starts a blob; nothing is visible until {@link BlobWriter#commit()}.
     *
     * @throws io.privatefm.spi.UnavailableException if the store cannot take it now
     */
    BlobWriter create(NsUid owner);

    /**
     * Opens a blob for ranged reads, to be closed by the caller; empty if the owner has no blob of that name. What is
     * read is not checked here: core compares it with the name.
     *
     * @throws io.privatefm.spi.UnavailableException if the store cannot say; never reported as empty
     * @throws io.privatefm.spi.CorruptDataException if something that is no blob is in its place
     */
    Optional<RangedFile> open(NsUid owner, Sha256 name);
}

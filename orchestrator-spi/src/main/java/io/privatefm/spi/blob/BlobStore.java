/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.blob;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.RangedFile;
import java.time.Instant;
import java.util.List;
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
     * @param expectedBytes how many bytes will be written, as far as the caller knows; a store without room for them says so now
     * @throws io.privatefm.spi.UnavailableException if the store cannot take it now
     */
    BlobWriter create(NsUid owner, long expectedBytes);

    /**
     * Opens a blob for ranged reads, to be closed by the caller; empty if the owner has no blob of that name. What is
     * read is not checked here: core compares it with the name.
     *
     * @throws io.privatefm.spi.UnavailableException if the store cannot say; never reported as empty
     * @throws io.privatefm.spi.CorruptDataException if something that is no blob is in its place
     */
    Optional<RangedFile> open(NsUid owner, Sha256 name);

    /**
     * All blobs of an owner, in no order; neither unfinished nor discarded ones.
     *
     * @throws io.privatefm.spi.UnavailableException if it cannot list all of them; a part is never given for the whole
     */
    List<StoredBlob> list(NsUid owner);

    /**
     * Takes a blob out of sight: {@link #open} and {@link #list} no longer see it, {@link #restore} brings it back until {@link
     * #purge} has destroyed it.
     *
     * @return false if the owner has no blob of that name
     * @throws io.privatefm.spi.CorruptDataException if something that is no blob is in its place
     * @throws io.privatefm.spi.UnavailableException if that cannot be done, or is not sure to last; call again
     */
    boolean discard(NsUid owner, Sha256 name);

    /**
     * Brings a discarded blob back; one that is in sight again meanwhile has the same bytes.
     *
     * @return false if there is no discarded blob of that name
     * @throws io.privatefm.spi.CorruptDataException if something that is no blob is in its place
     * @throws io.privatefm.spi.UnavailableException if that cannot be done, or is not sure to last; call again
     */
    boolean restore(NsUid owner, Sha256 name);

    /**
     * Destroys what an owner's {@link #discard} took out of sight before a point in time, and what was left unfinished and not
     * touched since then; nothing else.
     *
     * @param before by the store's own clock; expect it to differ from the caller's
     * @return how many discarded blobs were destroyed
     * @throws io.privatefm.spi.UnavailableException if not all of it is destroyed; call again
     */
    int purge(NsUid owner, Instant before);

    /**
     * Destroys everything of an owner: what is in sight, what was discarded, what is unfinished. Idempotent.
     *
     * @throws io.privatefm.spi.UnavailableException if not all of it is destroyed, or that is not sure to last; call again
     */
    void destroy(NsUid owner);
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

/** How deep a scrub looks. Each level does what those before it do. */
public enum ScrubLevel {
    /** Stored bytes against the names of their blobs, which needs no key; and the database side: versions, event log, audit chain. */
    L0,
    /** Encryption is authenticated, tensor roots, content hashes and manifests are recomputed. */
    L1,
    /** Every variant has the tensors, dtypes and shapes that its foundation release asks for, and no value that is not finite; adapters open. */
    L2,
    /** The newest checkpoint is computed once more from the event log, and compared. */
    L3
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.guardian;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.NamespaceRow;
import java.nio.charset.StandardCharsets;

/**
 * What is left of a deleted namespace: a row under a hash of the learner's id, so that nobody who was deleted is made again by an old
 * message, and the id itself is gone.
 */
public final class Tombstone {
    private static final String FORMAT = "pfm-tombstone-1";

    private Tombstone() {}

    /** Hash of a learner's id. */
    static Sha256 digest(LearnerId learner) {
        byte[] text = (FORMAT + "\0" + learner.value()).getBytes(StandardCharsets.UTF_8);
        return Sha256.of(MerkleTree.sha256().digest(text));
    }

    /** What a deleted learner is called. */
    public static LearnerId of(LearnerId learner) {
        return LearnerId.of("deleted-" + digest(learner).hex());
    }

    static NamespaceRow of(NamespaceRow namespace) {
        return namespace.tombstone(of(namespace.learner()));
    }
}

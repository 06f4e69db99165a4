/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import java.util.ArrayList;
import java.util.List;

/** What the service has answered for about one learner. Used by the learner's client alone. */
final class LoadedLearner {
    /** What may have become of a learner. */
    enum Deletion {
        NONE,
        /** Asked for, and not answered. */
        PERHAPS,
        DONE
    }

    /** A checkpoint that a merge has told of. */
    record Checkpoint(long version, String hash) {}

    final String name;
    final String nsUid;
    final List<String> openOperations = new ArrayList<>();
    final List<Checkpoint> checkpoints = new ArrayList<>();
    long revision;
    Deletion deletion = Deletion.NONE;

    LoadedLearner(String name, String nsUid) {
        this.name = name;
        this.nsUid = nsUid;
    }

    String path() {
        return "/api/v1/namespaces/" + name;
    }

    boolean isAlive() {
        return deletion == Deletion.NONE;
    }
}

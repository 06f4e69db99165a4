/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

import io.privatefm.spi.LearnerId;
import java.util.List;

/**
 * How the learners that a host knows compare with the namespaces that there are.
 *
 * @param looked how many learners were looked up
 * @param missing those without a namespace, in the order in which they were given: their events were lost, or are on their way
 * @param deleted those whose namespace was deleted, or is being deleted, in the order in which they were given: the host should not know
 *     them any more
 */
public record Reconciliation(long looked, List<LearnerId> missing, List<LearnerId> deleted) {
    public Reconciliation {
        missing = List.copyOf(missing);
        deleted = List.copyOf(deleted);
    }

    /** Whether every learner has a namespace. */
    public boolean isComplete() {
        return missing.isEmpty() && deleted.isEmpty();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

import io.privatefm.spi.Sha256;
import java.util.List;
import java.util.Optional;

/** Whether a checkpoint, computed once more from the event log, is what was recorded. */
public sealed interface ReplayReport {
    /** It is, bit for bit. */
    record Equal(long version, Sha256 checkpointHash) implements ReplayReport {}

    /** It is not. */
    record Different(long version, List<Difference> differences) implements ReplayReport {
        public Different {
            differences = List.copyOf(differences);
        }
    }

    /**
     * One difference.
     *
     * @param tensor empty if the manifest cannot be read, so that only the variant's content hash is known
     * @param recorded hash of the tensor, or content hash of the variant; empty if there was none
     * @param replayed likewise
     */
    record Difference(String variant, Optional<String> tensor, Optional<Sha256> recorded, Optional<Sha256> replayed) {
        /** One line for a person. */
        @Override
        public String toString() {
            return variant + tensor.map(name -> ": " + name).orElse("") + ": recorded "
                    + recorded.map(Sha256::hex).orElse("none") + ", replayed "
                    + replayed.map(Sha256::hex).orElse("none");
        }
    }
}

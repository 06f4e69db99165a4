/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.checkpoint;

import io.privatefm.spi.Sha256;
import java.util.List;
import java.util.Optional;

/** What verifying a checkpoint or a model directory found. */
public sealed interface Verification {
    /** Every byte is what it was when it was written. */
    record Intact(Sha256 hash) implements Verification {}

    /**
     * Something is not what it was.
     *
     * @param damages at least one
     */
    record Damaged(List<Damage> damages) implements Verification {
        public Damaged {
            damages = List.copyOf(damages);
        }
    }

    /**
     * One finding.
     *
     * @param variant the variant of a checkpoint, where it concerns one
     * @param tensor the tensor at fault, where it is known
     * @param verdict what kind of fault
     */
    record Damage(Optional<String> variant, Optional<String> tensor, Verdict verdict, String reason) {
        /** Bytes that are not what they were. */
        public Damage(Optional<String> variant, Optional<String> tensor, String reason) {
            this(variant, tensor, Verdict.BIT_ROT, reason);
        }

        /** One line for a person. */
        @Override
        public String toString() {
            return variant.map(name -> name + ": ").orElse("")
                    + tensor.map(name -> name + ": ").orElse("")
                    + reason;
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What must be so for an adapter to be registered.
 *
 * @param trainedOn content hash that the namespace's foundation must have: that of the one that the adapter was trained on
 * @param weights SHA-256 that the bytes of {@code adapter_model.safetensors} must have
 * @param ifRevision revision that must be the newest of its subject when the adapter becomes the next; 0 for none yet
 */
public record RegistrationTerms(Optional<Sha256> trainedOn, Optional<Sha256> weights, OptionalInt ifRevision) {
    /** No terms. */
    public static final RegistrationTerms NONE =
            new RegistrationTerms(Optional.empty(), Optional.empty(), OptionalInt.empty());

    public RegistrationTerms {
        if (ifRevision.isPresent() && ifRevision.getAsInt() < 0) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, "a revision is 0 or more, not " + ifRevision.getAsInt());
        }
    }
}

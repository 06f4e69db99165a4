/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.spi.checkpoint.Verification.Damage;
import java.util.List;

/**
 * What reading a checkpoint found.
 *
 * @param sound entries of the variants that are what they were, every byte
 * @param damages what is the matter with the others, or with the manifest
 */
public record Inspection(List<VariantEntry> sound, List<Damage> damages) {
    public Inspection {
        sound = List.copyOf(sound);
        damages = List.copyOf(damages);
    }
}

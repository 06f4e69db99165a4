/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.checkpoint.Inspection;
import io.privatefm.core.checkpoint.VariantEntry;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.spi.checkpoint.Verification.Damage;
import io.privatefm.spi.store.CheckpointRow;
import java.util.ArrayList;
import java.util.List;

/** Reads a checkpoint whole: every stored byte, and whether it makes sense. What does not match is read once more before it counts. */
final class HeadCheck {
    private final Foundations foundations;
    private final CheckpointReader reader;

    HeadCheck(Foundations foundations, CheckpointReader reader) {
        this.foundations = foundations;
        this.reader = reader;
    }

    /**
     * What is the matter with a checkpoint.
     *
     * @throws io.privatefm.spi.PfmException if that cannot be told: a key, the foundation release, or a store that does not answer
     */
    List<Damage> damages(CheckpointRow row) {
        List<Damage> damages = once(row);
        return damages.isEmpty() ? damages : once(row);
    }

    private List<Damage> once(CheckpointRow row) {
        try (Foundation foundation = foundations.open(row.foundationRelease())) {
            Inspection inspection = reader.inspect(row, foundation);
            List<Damage> damages = new ArrayList<>(inspection.damages());
            for (VariantEntry entry : inspection.sound()) {
                damages.addAll(reader.senseless(row.nsUid(), entry, foundation));
            }
            return damages;
        }
    }
}

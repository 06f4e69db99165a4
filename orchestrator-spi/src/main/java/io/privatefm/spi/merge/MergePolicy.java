/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.checkpoint.Layout;
import java.util.List;

/**
 * Which variants a namespace has and how they are computed and stored.
 *
 * @param separate whether there is one variant for each subject
 * @param combined further variants, names unique
 * @param rounding when merged values are rounded
 */
public record MergePolicy(boolean separate, List<CombinedVariant> combined, Rounding rounding, Layout layout) {
    /** One variant for each subject, rounded once, stored as {@link Layout#DELTA}. */
    public static final MergePolicy DEFAULT = new MergePolicy(true, List.of(), Rounding.SINGLE, Layout.DELTA);

    public MergePolicy {
        combined = List.copyOf(combined);
        if (combined.stream().map(CombinedVariant::name).distinct().count() != combined.size()) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "two combined variants have the same name");
        }
        if (!separate && combined.isEmpty()) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, "the policy leaves a namespace without variants");
        }
    }

    /** This policy with another layout. */
    public MergePolicy withLayout(Layout other) {
        return new MergePolicy(separate, combined, rounding, other);
    }

    /** This policy with another rounding. */
    public MergePolicy withRounding(Rounding other) {
        return new MergePolicy(separate, combined, other, layout);
    }

    /** This policy with these combined variants. */
    public MergePolicy withCombined(List<CombinedVariant> variants) {
        return new MergePolicy(separate, variants, rounding, layout);
    }
}

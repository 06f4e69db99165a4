/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import java.util.List;

/**
 * One variant to compute.
 *
 * @param inputs in ascending order of subject, the order in which updates are added
 * @param planHash over everything that decides the variant's bytes; equal plans give equal models
 */
public record VariantPlan(
        String name, List<Input> inputs, String strategy, Rounding rounding, Layout layout, Sha256 planHash) {
    public VariantPlan {
        inputs = List.copyOf(inputs);
    }

    /** One adapter that goes in. */
    public record Input(Subject subject, int revision, Sha256 digest, float weight) {}
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.adapter.AdapterLimits.Limit;

/** What is left of the steps that all regular expressions of an adapter may take while it is fitted once. */
final class PatternSteps {
    private long left;

    PatternSteps(AdapterLimits limits) {
        left = limits.get(Limit.ALL_PATTERN_STEPS);
    }

    long left() {
        return left;
    }

    void take(long steps) {
        left -= steps;
    }
}

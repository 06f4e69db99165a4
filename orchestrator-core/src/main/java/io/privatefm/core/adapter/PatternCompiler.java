/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.adapter.AdapterLimits.Limit;

/** Compiles the regular expressions of one configuration, and no more of them than are allowed. */
final class PatternCompiler {
    private final AdapterLimits limits;
    private int compiled;

    PatternCompiler(AdapterLimits limits) {
        this.limits = limits;
    }

    /**
     * The next expression.
     *
     * @param field the configuration field, for errors
     * @param regex the expression as Python's {@code re} understands it
     */
    BoundedPattern compile(String field, String regex) {
        if (++compiled > limits.get(Limit.PATTERNS)) {
            throw new InvalidInputException(
                    ErrorCode.ADAPTER_INVALID,
                    PeftConfig.FILE,
                    field,
                    "more than " + limits.get(Limit.PATTERNS) + " regular expressions");
        }
        return new BoundedPattern(field, regex, limits);
    }
}

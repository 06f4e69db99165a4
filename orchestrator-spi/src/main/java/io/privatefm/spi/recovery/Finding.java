/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

import io.privatefm.spi.checkpoint.Verdict;
import java.util.OptionalLong;

/**
 * Something of a namespace that is not as it should be.
 *
 * @param version the newest checkpoint that it belongs to; empty for adapters and logs
 * @param place what it is: a blob, a row, a log
 * @param newest whether the newest checkpoint depends on it
 */
public record Finding(Verdict verdict, OptionalLong version, String place, boolean newest, String reason) {
    /** One line for a person. */
    @Override
    public String toString() {
        return verdict + (version.isPresent() ? ", version " + version.getAsLong() : "") + ", " + place + ": " + reason;
    }
}

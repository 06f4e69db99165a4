/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.recovery.FallbackCause;
import java.util.Optional;

/**
 * A fallback that the event log says was begun and has not ended.
 *
 * @param restore version that is to be restored, if it is one
 * @param failures how often it did not succeed
 */
public record OpenFallback(String operationId, FallbackCause cause, Optional<Long> restore, int failures) {
    OpenFallback failed(int count) {
        return new OpenFallback(operationId, cause, restore, count);
    }
}

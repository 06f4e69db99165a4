/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.recovery.Rung;
import java.util.Optional;

/**
 * A fallback as it is written down.
 *
 * @param restore version that is to be restored, if it is one
 * @param rung the first that is tried
 * @param detail why, for people
 * @param failures how often it did not succeed so far
 */
record FallbackRecord(
        String operationId, FallbackCause cause, Optional<Long> restore, Rung rung, String detail, int failures) {}

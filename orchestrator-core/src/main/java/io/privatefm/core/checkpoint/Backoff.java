/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import java.time.Duration;

/** Waits before another attempt. */
@FunctionalInterface
public interface Backoff {
    /** Returns after about this time. */
    void pause(Duration duration);
}

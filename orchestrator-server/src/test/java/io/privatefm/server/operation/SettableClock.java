/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The system's time, and as much more as a test wants. */
public final class SettableClock implements InstantSource {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
        return Instant.now().plus(ahead);
    }

    public void advance(Duration time) {
        ahead = ahead.plus(time);
    }
}

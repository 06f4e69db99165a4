/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Fixture: a clock that stands still until a test moves it. */
public final class ManualTime implements InstantSource {
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    /** Lets time go by. */
    public void advance(Duration time) {
        now = now.plus(time);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.spi.store.ScrubRow;
import java.time.Instant;
import java.util.Optional;

/** What is known of a namespace's soundness, as callers see it. */
public record ScrubView(Instant at, String level, Optional<String> verdict) {
    /** Of a row. */
    public static ScrubView of(ScrubRow row) {
        return new ScrubView(row.at(), row.level().name(), row.verdict().map(Enum::name));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.schedule;

import java.time.Instant;

/** When a job is to run. Pure: the same question has the same answer always, so that several nodes agree. */
@FunctionalInterface
public interface Timetable {
    /** The first time after {@code moment}; later than it, always. */
    Instant next(Instant moment);
}

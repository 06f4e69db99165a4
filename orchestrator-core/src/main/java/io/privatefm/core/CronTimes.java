/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.schedule.CronTimetable;
import io.privatefm.spi.schedule.Timetable;
import java.time.ZoneId;

/** The times of a cron expression, as {@link OrchestratorBuilder#nightly} takes it: for hosts that check one before they use it, or show what comes next. */
public final class CronTimes {
    private CronTimes() {}

    /**
     * Reads an expression.
     *
     * @param cron minute, hour, day of month, month, day of week
     * @throws io.privatefm.spi.InvalidInputException if the expression is malformed, naming the field, or never fires
     */
    public static Timetable of(String cron, ZoneId zone) {
        return new CronTimetable(cron, zone);
    }
}

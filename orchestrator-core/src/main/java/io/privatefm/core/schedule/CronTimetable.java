/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.schedule;

import com.cronutils.model.time.ExecutionTime;
import io.privatefm.spi.schedule.Timetable;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;

/**
 * The times of a cron expression in a time zone. Each of the expression's local times fires once: when the zone's clocks first show
 * it or a later one. So a time that clocks skip in spring fires at the moment of the skip, together with others that they skip, and a
 * time that they show twice in autumn fires at its first showing.
 *
 * <p>cron-utils does the calendar, in local time, where every minute exists; by itself it passes over a day whose time is skipped.
 */
public final class CronTimetable implements Timetable {
    private final CronExpression expression;
    private final ZoneId zone;
    private final ExecutionTime calendar;

    /**
     * A timetable.
     *
     * @param cron five fields: minute, hour, day of month, month, day of week
     * @param zone whose local times they are
     * @throws io.privatefm.spi.InvalidInputException if the expression is malformed, naming the field, or never fires
     */
    public CronTimetable(String cron, ZoneId zone) {
        this.expression = new CronExpression(cron);
        this.zone = zone;
        this.calendar = expression.calendar();
    }

    /** Every day at one local time, to the minute. */
    public static CronTimetable daily(LocalTime time, ZoneId zone) {
        return new CronTimetable(time.getMinute() + " " + time.getHour() + " * * *", zone);
    }

    /** The first time after {@code moment}. A later local time never fires earlier: the first one that is after the moment is the answer. */
    @Override
    public Instant next(Instant moment) {
        ZoneRules rules = zone.getRules();
        LocalDateTime local =
                LocalDateTime.ofInstant(moment, rules.getOffset(moment)).truncatedTo(ChronoUnit.MINUTES);
        Instant fires;
        do {
            local = calendar.nextExecution(local.atZone(ZoneOffset.UTC))
                    .orElseThrow(() -> new IllegalStateException(this + " never fires after " + moment))
                    .toLocalDateTime();
            fires = firstShown(rules, local);
        } while (!fires.isAfter(moment)); // a second showing
        return fires;
    }

    /** When clocks first show a local time or a later one. */
    private static Instant firstShown(ZoneRules rules, LocalDateTime local) {
        ZoneOffsetTransition transition = rules.getTransition(local);
        if (transition == null) {
            return local.toInstant(rules.getOffset(local));
        }
        return transition.isGap() ? transition.getInstant() : local.toInstant(transition.getOffsetBefore());
    }

    @Override
    public String toString() {
        return "\"" + expression + "\" in " + zone;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A cron timetable")
class CronTimetableTest {
    private static final List<String> ZONES = List.of(
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll", "Asia/Kathmandu", "UTC");

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "Europe/Berlin, 30 2, 2026-03-28T12:00:00Z, 2026-03-29T03:00+02:00, 2026-03-30T02:30+02:00",
        "America/New_York, 30 2, 2026-03-07T12:00:00Z, 2026-03-08T03:00-04:00, 2026-03-09T02:30-04:00",
        "Australia/Lord_Howe, 15 2, 2026-10-03T06:00:00Z, 2026-10-04T02:30+11:00, 2026-10-05T02:15+11:00"
    })
    @DisplayName("fires at the end of the gap when clocks skip its time in spring:")
    void spring(String zone, String minuteAndHour, Instant before, String first, String second) {
        CronTimetable nightly = new CronTimetable(minuteAndHour + " * * *", ZoneId.of(zone));

        assertThat(times(nightly, zone, before, 2)).containsExactly(first, second);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "Europe/Berlin, 30 2, 2026-10-24T12:00:00Z, 2026-10-25T02:30+02:00, 2026-10-26T02:30+01:00",
        "America/New_York, 30 1, 2026-10-31T12:00:00Z, 2026-11-01T01:30-04:00, 2026-11-02T01:30-05:00",
        "Australia/Lord_Howe, 45 1, 2026-04-04T06:00:00Z, 2026-04-05T01:45+11:00, 2026-04-06T01:45+10:30"
    })
    @DisplayName("fires once when clocks show its time twice in autumn, at the first showing:")
    void autumn(String zone, String minuteAndHour, Instant before, String first, String second) {
        CronTimetable nightly = new CronTimetable(minuteAndHour + " * * *", ZoneId.of(zone));

        assertThat(times(nightly, zone, before, 2)).containsExactly(first, second);
    }

    @Test
    @DisplayName("fires once for several times that clocks skip, and for a whole day that an island skips")
    void gaps() {
        CronTimetable often = new CronTimetable("*/20 1-3 * * *", ZoneId.of("Europe/Berlin"));
        assertThat(times(often, "Europe/Berlin", Instant.parse("2026-03-29T00:30:00Z"), 3))
                .containsExactly("2026-03-29T01:40+01:00", "2026-03-29T03:00+02:00", "2026-03-29T03:20+02:00");

        CronTimetable nightly = new CronTimetable("30 2 * * *", ZoneId.of("Pacific/Apia")); // without 30 December 2011
        assertThat(times(nightly, "Pacific/Apia", Instant.parse("2011-12-29T13:00:00Z"), 3))
                .containsExactly("2011-12-31T00:00+14:00", "2011-12-31T02:30+14:00", "2012-01-01T02:30+14:00");
    }

    @Test
    @DisplayName("agrees with a walk minute by minute, for random expressions, around the changes of six zones' clocks")
    void oracle() {
        SplittableRandom random = new SplittableRandom(TestSeed.of(getClass()));
        int found = 0;
        for (int i = 0; i < 300; i++) {
            CronOracle oracle = new CronOracle(random);
            ZoneId zone = ZoneId.of(ZONES.get(i % ZONES.size()));
            Instant moment = nearChange(zone, random);
            CronTimetable timetable;
            try {
                timetable = new CronTimetable(oracle.toString(), zone);
            } catch (InvalidInputException e) {
                throw new AssertionError(oracle.toString(), e);
            }
            Instant expected = oracle.next(moment, zone, Duration.ofDays(3));
            Instant next = timetable.next(moment.plusMillis(random.nextInt(60_000)));
            if (expected == null) {
                assertThat(next).as("%s after %s", timetable, moment).isAfter(moment.plus(Duration.ofDays(3)));
            } else {
                assertThat(next).as("%s after %s", timetable, moment).isEqualTo(expected);
                found++;
            }
        }
        assertThat(found).isGreaterThan(100);
    }

    private static Instant nearChange(ZoneId zone, SplittableRandom random) {
        Instant day = Instant.parse("2020-01-01T00:00:00Z").plus(Duration.ofDays(random.nextInt(5000)));
        ZoneOffsetTransition change = zone.getRules().nextTransition(day);
        Instant near = change == null ? day : change.getInstant();
        return near.plus(Duration.ofMinutes(random.nextInt(-1500, 200))).truncatedTo(ChronoUnit.MINUTES);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "99 2 * * *, minute",
        "2 24 * * *, hour",
        "2 2 0 * *, day of month",
        "2 2 L * *, day of month",
        "2 2 * 13 *, month",
        "2 2 * * 8, day of week",
        "2 2 * * MOO, day of week",
        "10-5 2 * * *, minute",
        "*/0 2 * * *, minute",
        "2|3 2 * * *, minute"
    })
    @DisplayName("refuses a malformed expression, and names the field:")
    void malformed(String cron, String field) {
        assertThatThrownBy(() -> new CronTimetable(cron, ZoneId.of("UTC")))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                .hasMessageContaining("the field " + field + ", ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "* * * *", "* * * * * *", "@daily"})
    @DisplayName("refuses what does not have five fields")
    void notFive(String cron) {
        assertThatThrownBy(() -> new CronTimetable(cron, ZoneId.of("UTC")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("does not have the five fields");
    }

    @Test
    @DisplayName("refuses the 30th of February, and waits for the 29th")
    void february() {
        assertThatThrownBy(() -> new CronTimetable("0 2 30 2 *", ZoneId.of("UTC")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("never fires");
        assertThat(new CronTimetable("0 2 29 2 *", ZoneId.of("UTC")).next(Instant.parse("2026-01-01T00:00:00Z")))
                .isEqualTo("2028-02-29T02:00:00Z");
    }

    @Test
    @DisplayName("takes names of months and days in small letters, also in a Turkish locale, and the time of a day")
    void names() {
        CronTimetable named = new CronTimetable("5 4 * jul fri", ZoneId.of("UTC"));
        assertThat(named.next(Instant.parse("2026-01-01T00:00:00Z"))).isEqualTo("2026-07-03T04:05:00Z");
        assertThat(named).hasToString("\"5 4 * JUL FRI\" in UTC");
        assertThat(CronTimetable.daily(LocalTime.of(6, 0), ZoneId.of("Europe/Berlin"))
                        .next(Instant.parse("2026-07-01T04:00:00Z")))
                .isEqualTo("2026-07-02T04:00:00Z");
    }

    private static List<String> times(CronTimetable timetable, String zone, Instant after, int count) {
        List<String> times = new ArrayList<>();
        Instant moment = after;
        for (int i = 0; i < count; i++) {
            moment = timetable.next(moment);
            times.add(ZonedDateTime.ofInstant(moment, ZoneId.of(zone))
                    .toOffsetDateTime()
                    .toString());
        }
        return times;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Oracle: an expression's fields as sets of numbers, and its times found by walking along real time minute by minute, with an eye on the
 * latest local time that clocks have shown.
 */
final class CronOracle {
    private static final int[] LOWEST = {0, 0, 1, 1, 0};
    private static final int[] HIGHEST = {59, 23, 31, 12, 7};

    private final String[] texts = new String[5];
    private final BitSet[] values = new BitSet[5];

    /** A random expression, often enough one that has times at night. */
    CronOracle(RandomGenerator random) {
        for (int i = 0; i < 5; i++) {
            values[i] = new BitSet();
            texts[i] = i < 2 || random.nextInt(3) == 0 ? field(random, i) : all(i);
        }
        if (values[4].get(7)) {
            values[4].set(0);
        }
    }

    private String all(int field) {
        values[field].set(LOWEST[field], HIGHEST[field] + 1);
        return "*";
    }

    private String field(RandomGenerator random, int field) {
        if (random.nextInt(5) == 0) {
            return all(field);
        }
        List<String> parts = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int highest = field == 1 ? 4 : field == 2 ? 28 : HIGHEST[field];
            int from = random.nextInt(LOWEST[field], highest + 1);
            int to = random.nextInt(from, highest + 1);
            int step = random.nextInt(1, 7);
            switch (random.nextInt(3)) {
                case 0 -> {
                    values[field].set(from);
                    parts.add(String.valueOf(from));
                }
                case 1 -> {
                    values[field].set(from, to + 1);
                    parts.add(from + "-" + to);
                }
                default -> {
                    for (int value = from; value <= to; value += step) {
                        values[field].set(value);
                    }
                    parts.add(from + "-" + to + "/" + step);
                }
            }
        }
        return String.join(",", parts);
    }

    /** The first time after a whole minute, within some days; null if there is none. */
    Instant next(Instant minute, ZoneId zone, Duration within) {
        LocalDateTime shown = latestShown(minute, zone);
        for (Instant now = minute.plusSeconds(60);
                Duration.between(minute, now).compareTo(within) <= 0;
                now = now.plusSeconds(60)) {
            LocalDateTime local = LocalDateTime.ofInstant(now, zone);
            for (LocalDateTime time = shown.plusMinutes(1); !time.isAfter(local); time = time.plusMinutes(1)) {
                if (matches(time)) {
                    return now;
                }
            }
            shown = local.isAfter(shown) ? local : shown;
        }
        return null;
    }

    /** Clocks that were set back had shown more before. */
    private static LocalDateTime latestShown(Instant minute, ZoneId zone) {
        LocalDateTime shown = LocalDateTime.ofInstant(minute, zone);
        for (Instant before = minute.minus(Duration.ofHours(4));
                before.isBefore(minute);
                before = before.plusSeconds(60)) {
            LocalDateTime local = LocalDateTime.ofInstant(before, zone);
            shown = local.isAfter(shown) ? local : shown;
        }
        return shown;
    }

    private boolean matches(LocalDateTime time) {
        boolean day = values[2].get(time.getDayOfMonth());
        boolean weekday = values[4].get(time.getDayOfWeek().getValue() % 7);
        boolean both = texts[2].equals("*") || texts[4].equals("*");
        return values[0].get(time.getMinute())
                && values[1].get(time.getHour())
                && values[3].get(time.getMonthValue())
                && (both ? day && weekday : day || weekday);
    }

    @Override
    public String toString() {
        return String.join(" ", texts);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.schedule;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The five fields of a Unix cron expression, checked one by one, so that a refusal can name the field. */
final class CronExpression {
    private static final List<String> NAMES = List.of("minute", "hour", "day of month", "month", "day of week");
    private static final Pattern FIELD = Pattern.compile("[0-9A-Z*,/-]{1,200}");
    private static final ZonedDateTime ANY_DAY = ZonedDateTime.of(2024, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    private final List<String> fields;

    CronExpression(String cron) {
        fields = List.of(cron.strip().toUpperCase(Locale.ROOT).split("\\s+"));
        if (fields.size() != NAMES.size()) {
            throw refused("\"" + cron + "\" does not have the five fields " + String.join(", ", NAMES));
        }
        for (int i = 0; i < fields.size(); i++) {
            requireField(i);
        }
        if (calendar().nextExecution(ANY_DAY).isEmpty()) {
            throw refused("\"" + cron + "\" never fires: there is no such day");
        }
    }

    /** Its times in the calendar. */
    ExecutionTime calendar() {
        return calendar(toString());
    }

    private void requireField(int index) {
        String field = fields.get(index);
        String alone = "* ".repeat(index) + field + " *".repeat(NAMES.size() - 1 - index);
        try {
            if (FIELD.matcher(field).matches()) {
                calendar(alone);
                return;
            }
        } catch (IllegalArgumentException e) {
            throw refused("the field " + NAMES.get(index) + ", \"" + field + "\": " + e.getMessage());
        }
        throw refused(
                "the field " + NAMES.get(index) + ", \"" + field + "\", has other characters than 0-9 A-Z * , / -");
    }

    private static ExecutionTime calendar(String cron) {
        CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
        return ExecutionTime.forCron(parser.parse(cron).validate());
    }

    private static InvalidInputException refused(String reason) {
        return new InvalidInputException(ErrorCode.CONFIGURATION, "the cron expression is refused: " + reason);
    }

    @Override
    public String toString() {
        return String.join(" ", fields);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A length of time as an option says it: {@code 30m}, {@code 24h}, {@code 7d}, or {@code 0}. */
final class GivenTime {
    private static final Pattern FORMAT = Pattern.compile("([0-9]{1,6})([smhd])|0");

    private GivenTime() {}

    static Duration parse(String option, String text) {
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.matches()) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, option + " must be like 30m, 24h or 7d, or 0, not " + text);
        }
        if (matcher.group(1) == null) {
            return Duration.ZERO;
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import java.util.regex.Pattern;

/**
 * The host's identifier of a learner, opaque to this project: 1 to 200 characters of ASCII letters, digits and
 * {@code . _ : @ -}, starting with a letter or a digit.
 */
public record LearnerId(String value) implements Comparable<LearnerId> {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}");

    public LearnerId {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "a learner id is 1 to 200 of the characters A-Z a-z 0-9 . _ : @ - and starts with a letter or digit");
        }
    }

    public static LearnerId of(String value) {
        return new LearnerId(value);
    }

    @Override
    public int compareTo(LearnerId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}

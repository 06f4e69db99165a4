/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import java.util.regex.Pattern;

/**
 * A subject that a learner studies, such as {@code math}: 1 to 64 letters, marks and digits of any script, and
 * {@code _ . -} after the first. Ordered by Unicode code points, the order in which subjects enter a combined merge.
 */
public record Subject(String value) implements Comparable<Subject> {
    private static final Pattern FORM = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}_.-]{0,63}");

    public Subject {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "a subject is 1 to 64 letters and digits, with _ . - after the first character");
        }
    }

    public static Subject of(String value) {
        return new Subject(value);
    }

    @Override
    public int compareTo(Subject other) {
        return CodePointOrder.COMPARATOR.compare(value, other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}

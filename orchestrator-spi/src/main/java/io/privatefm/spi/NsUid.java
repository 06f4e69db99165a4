/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import java.util.regex.Pattern;

/**
 * The identity of one namespace: 128 random bits as 32 lower-case hex digits. Drawn, never derived from the learner, so
 * that stored bytes and file names say nothing about a person.
 */
public record NsUid(String value) implements Comparable<NsUid> {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

    public NsUid {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "a namespace uid is 32 lower-case hex digits");
        }
    }

    @Override
    public int compareTo(NsUid other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.log;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.privatefm.server.config.Secret;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Masks what must not be seen in a text: secrets that are known, as they are and as JSON writes them, and whatever has the form of a
 * stored key. A second line of defence, and no more: nothing is to be logged that has to be masked.
 */
final class Masks {
    /** Shorter ones are words that a text may have for other reasons. */
    private static final int SHORTEST = 8;

    private static final Pattern STORED_KEY =
            Pattern.compile("(pbk_(?:live|dev)_[0-9A-Za-z]{12})_[0-9A-Za-z]{20,}(_[0-9a-f]{8})?");

    private final List<String> secrets;

    Masks(Collection<Secret> secrets) {
        this.secrets = secrets.stream()
                .map(Secret::value)
                .filter(value -> value.length() >= SHORTEST)
                .flatMap(value -> Stream.of(
                        value, new String(JsonStringEncoder.getInstance().quoteAsString(value))))
                .distinct()
                .sorted(Comparator.comparing(String::length).reversed())
                .toList();
    }

    /** The text without secrets; the same object if it has none. */
    String mask(String text) {
        String masked = text;
        for (String secret : secrets) {
            masked = masked.replace(secret, "***");
        }
        return masked.contains("pbk_") ? STORED_KEY.matcher(masked).replaceAll("$1_***") : masked;
    }
}

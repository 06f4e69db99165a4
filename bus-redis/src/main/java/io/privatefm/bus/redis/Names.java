/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.regex.Pattern;

/** The names of keys and channels on the server. */
final class Names {
    private static final String LETTERS = "dead-letters";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,200}");

    private final String prefix;

    Names(String prefix) {
        this.prefix = prefix;
    }

    /** Refuses what would not be apart from other names on the server. */
    static void check(String kind, String name) {
        if (!NAME.matcher(name).matches() || name.equals(LETTERS)) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    kind + " \"" + name.lines().findFirst().orElse("")
                            + "\" is not of letters, digits, - and _ alone, or is kept for the bus");
        }
    }

    /** The stream of a topic; also the channel of hints for it. */
    String stream(String topic) {
        return prefix + "." + topic;
    }

    /** Who reads for a group. */
    String active(String topic, String group) {
        return stream(topic) + "." + group + ".active";
    }

    String deadLetters() {
        return prefix + "." + LETTERS;
    }

    /** All channels of hints. */
    String channels() {
        // what is special in a pattern has no place in the prefix: see the builder
        return prefix + ".*";
    }

    String topicOf(String channel) {
        return channel.substring(prefix.length() + 1);
    }
}

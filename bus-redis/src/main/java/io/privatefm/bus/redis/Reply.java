/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a server answered: nothing, a number, bytes, or a list of answers. */
final class Reply {
    /** The same as {@link #named} for scripts, as a function {@code named} that makes a table of such a list. */
    static final String NAMED = """
            local function named(list)
              local about = {}
              for i = 1, #list, 2 do about[list[i]] = list[i + 1] end
              return about
            end
            """;

    private final @Nullable Object value;

    Reply(@Nullable Object value) {
        this.value = value;
    }

    boolean isNothing() {
        return value == null;
    }

    /** The answers in a list; none if this is no list. */
    List<Reply> list() {
        List<Reply> parts = new ArrayList<>();
        if (value instanceof List<?> answers) {
            answers.forEach(answer -> parts.add(new Reply(answer)));
        }
        return parts;
    }

    byte[] bytes() {
        return value instanceof byte[] bytes ? bytes : text().getBytes(StandardCharsets.UTF_8);
    }

    String text() {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
    }

    long number() {
        return value instanceof Long number ? number : Long.parseLong(text());
    }

    /** The answer that follows a name in a list of names and answers; {@linkplain #isNothing() nothing} without that name. */
    Reply named(String name) {
        List<Reply> parts = list();
        for (int i = 0; i + 1 < parts.size(); i += 2) {
            if (parts.get(i).text().equals(name)) {
                return parts.get(i + 1);
            }
        }
        return new Reply(null);
    }
}

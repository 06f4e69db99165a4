/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.util.Comparator;
import java.util.regex.Pattern;

/** The ids of entries, {@code milliseconds-number}, and their order. */
final class Ids {
    /** The id before all others. */
    static final String FIRST = "0-0";

    static final Comparator<String> COMPARATOR = Comparator.comparingLong(Ids::milliseconds)
            .thenComparing((a, b) -> Long.compareUnsigned(number(a), number(b)));

    /** The same order for scripts, as a function {@code less}. */
    static final String LESS = """
            local function less(a, b)
              local am, an = a:match('^(%d+)-(%d+)$')
              local bm, bn = b:match('^(%d+)-(%d+)$')
              if am ~= bm then return tonumber(am) < tonumber(bm) end
              if #an ~= #bn then return #an < #bn end
              return an < bn
            end
            """;

    private static final Pattern ID = Pattern.compile("[0-9]+-[0-9]+");

    private Ids() {}

    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    static long milliseconds(String id) {
        return Long.parseLong(id.substring(0, id.indexOf('-')));
    }

    private static long number(String id) {
        return Long.parseUnsignedLong(id.substring(id.indexOf('-') + 1));
    }
}

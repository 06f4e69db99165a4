/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code rank_pattern} or {@code alpha_pattern}: values for modules whose name matches {@code (.*\.)?(KEY)$}. The first hit
 * in the order of the file wins.
 */
final class PatternTable<T> {
    /** As most keys are; in a regular expression its dots stand for any character. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.]+");

    private record Row<T>(String key, @Nullable BoundedPattern pattern, T value) {
        boolean matches(String module, PatternSteps steps) {
            return pattern == null ? endsWithKey(module) : pattern.prefixMatch(module, steps);
        }

        private boolean endsWithKey(String module) {
            int start = module.length() - key.length();
            if (start < 0 || (start > 0 && module.charAt(start - 1) != '.')) {
                return false;
            }
            for (int i = 0; i < key.length(); i++) {
                if (key.charAt(i) != '.' && key.charAt(i) != module.charAt(start + i)) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Row<T>> rows = new ArrayList<>();

    /** A table of these values, in the order of the file. */
    PatternTable(String field, Map<String, T> values, PatternCompiler compiler) {
        values.forEach((key, value) -> rows.add(new Row<>(
                key, PLAIN.matcher(key).matches() ? null : compiler.compile(field, "(.*\\.)?(" + key + ")$"), value)));
    }

    /** The value of a module, or {@code fallback} if no key matches. */
    T valueFor(String module, T fallback, PatternSteps steps) {
        for (Row<T> row : rows) {
            if (row.matches(module, steps)) {
                return row.value();
            }
        }
        return fallback;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code rank_pattern} or {@code alpha_pattern}: values for modules whose name matches {@code (.*\.)?(KEY)$}. The first hit
 * in the order of the file wins.
 */
final class PatternTable<T> {
    private record Row<T>(BoundedPattern pattern, T value) {}

    private final List<Row<T>> rows = new ArrayList<>();

    /** A table of these values, in the order of the file. */
    PatternTable(String field, Map<String, T> values) {
        values.forEach((key, value) -> rows.add(new Row<>(new BoundedPattern(field, "(.*\\.)?(" + key + ")$"), value)));
    }

    /** The value of a module, or {@code fallback} if no key matches. */
    T valueFor(String module, T fallback) {
        for (Row<T> row : rows) {
            if (row.pattern().prefixMatch(module)) {
                return row.value();
            }
        }
        return fallback;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Prints a table in Markdown, row by row as the figures come. */
final class Table {
    private final PrintStream out;

    Table(PrintStream out, List<String> heads) {
        this.out = out;
        row(heads);
        row(heads.stream().map(head -> "---").toList());
    }

    void row(List<String> cells) {
        out.println(cells.stream().collect(Collectors.joining(" | ", "| ", " |")));
    }

    /** Three significant digits, or all before the point. */
    static String figure(double value) {
        String format = value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}

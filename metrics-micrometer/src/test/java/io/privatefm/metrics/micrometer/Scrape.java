/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a scrape in the text format 0.0.4 says.
 *
 * @param values of each series, by its name and labels as they are written
 */
record Scrape(String text, Map<String, String> types, Map<String, String> helps, Map<String, Double> values) {
    private static final Pattern META = Pattern.compile("# (TYPE|HELP) (\\S+) (.*)");
    private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:][\\w:]*(?:\\{.*})?) (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

    static Scrape of(String text) {
        Map<String, String> types = new TreeMap<>();
        Map<String, String> helps = new TreeMap<>();
        Map<String, Double> values = new TreeMap<>();
        for (String line : text.lines().toList()) {
            Matcher meta = META.matcher(line);
            Matcher series = SERIES.matcher(line);
            if (meta.matches()) {
                (meta.group(1).equals("TYPE") ? types : helps).put(meta.group(2), meta.group(3));
            } else if (series.matches()) {
                values.put(series.group(1), number(series.group(2)));
            } else {
                throw new IllegalArgumentException("neither a comment nor a series: " + line);
            }
        }
        return new Scrape(text, types, helps, values);
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    /** The value of one series, as {@code name{label="value"}}. */
    double value(String series) {
        Double value = values.get(series);
        if (value == null) {
            throw new AssertionError("no series " + series + " in\n" + text);
        }
        return value;
    }

    /** The names of a family's labels, without {@code le}. */
    String labels(String family) {
        return values.keySet().stream()
                .filter(series -> series.matches(family + "(_bucket|_count|_sum)?(\\{.*)?"))
                .flatMap(series -> LABEL.matcher(series).results().map(label -> label.group(1)))
                .filter(label -> !label.equals("le"))
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .map(label -> "`" + label + "`")
                .collect(Collectors.collectingAndThen(
                        Collectors.joining(", "), labels -> labels.isEmpty() ? "none" : labels));
    }

    /** Its families, as rows of a table. */
    String table() {
        return types.entrySet().stream()
                .map(family -> "| `%s` | %s | %s | %s |"
                        .formatted(
                                family.getKey(),
                                family.getValue(),
                                labels(family.getKey()),
                                helps.get(family.getKey())))
                .collect(Collectors.joining("\n"));
    }
}

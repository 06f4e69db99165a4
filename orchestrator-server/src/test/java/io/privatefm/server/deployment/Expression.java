/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.deployment;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a PromQL expression asks for. Not a parser: it splits the text into tokens, and sees that brackets are balanced.
 *
 * @param metrics the label names that each metric is filtered by
 * @param grouped label names in {@code by (…)} and the like
 */
record Expression(Map<String, Set<String>> metrics, Set<String> grouped) {
    private static final Pattern TOKEN = Pattern.compile("\\s*(?:(?<name>[a-zA-Z_][\\w:]*)"
            + "|(?<string>\"(?:[^\"\\\\]|\\\\.)*\")"
            + "|(?<number>\\d+(?:\\.\\d+)?(?:ms|[smhdwy])?)"
            + "|(?<variable>\\$\\w+)"
            + "|(?<operator>=~|!~|!=|==|>=|<=|[-+*/%^<>=,:(){}\\[\\]]))");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");
    private static final Set<String> GROUPS = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Map<String, String> CLOSING = Map.of("(", ")", "[", "]", "{", "}");

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it is malformed
     */
    static Expression of(String text) {
        Map<String, Set<String>> metrics = new TreeMap<>();
        Set<String> grouped = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>();
        Matcher token = TOKEN.matcher(text.strip());
        String metric = "";
        boolean grouping = false;
        int at = 0;
        while (at < token.regionEnd()) {
            token.region(at, text.strip().length());
            if (!token.lookingAt()) {
                throw new IllegalArgumentException("no token at " + at + " in " + text);
            }
            at = token.end();
            String name = token.group("name");
            String operator = token.group("operator");
            if (name != null && "{".equals(open.peek())) {
                metrics.get(metric).add(name);
            } else if (name != null && grouping) {
                grouped.add(name);
            } else if (name != null) {
                grouping = GROUPS.contains(name);
                boolean called = text.strip().substring(at).stripLeading().startsWith("(");
                if (!grouping
                        && !WORDS.contains(name)
                        && !called
                        && !isAggregation(text.strip().substring(at))) {
                    metric = name;
                    metrics.putIfAbsent(metric, new TreeSet<>());
                }
            } else if (operator != null && CLOSING.containsKey(operator)) {
                open.push(operator);
            } else if (operator != null && CLOSING.containsValue(operator)) {
                if (open.isEmpty() || !CLOSING.get(open.pop()).equals(operator)) {
                    throw new IllegalArgumentException("unbalanced " + operator + " in " + text);
                }
                grouping = false;
            }
        }
        if (!open.isEmpty()) {
            throw new IllegalArgumentException("unbalanced " + open + " in " + text);
        }
        return new Expression(metrics, grouped);
    }

    /** As in {@code sum by (le) (…)}. */
    private static boolean isAggregation(String rest) {
        return rest.matches("(?s)\\s+(by|without)\\s*\\(.*");
    }
}

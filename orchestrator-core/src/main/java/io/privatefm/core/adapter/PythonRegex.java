/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/**
 * Reads a regular expression of Python's {@code re} (Python library reference, "Regular Expression Syntax"), writes it
 * as {@link java.util.regex.Pattern} understands it, and counts the work that it can do without reading a character.
 * What one of the two dialects has and the other lacks is refused.
 */
final class PythonRegex {
    private static final String ESCAPED_CLASSES = "dDsSwW";
    private static final String ESCAPED_CHARACTERS = "afnrtxu";
    private static final String ESCAPED_ASSERTIONS = "AbB";
    private static final int MAX_DEPTH = 200;

    private final String source;
    private final StringBuilder java = new StringBuilder();
    private final List<String> groupNames = new ArrayList<>();
    private final IdleWork work;
    private int at;
    private int depth;

    /** @throws PatternSyntaxException if it is no regular expression, or one that only one dialect knows */
    PythonRegex(String source) {
        this.source = source;
        work = alternatives();
        if (at < source.length()) {
            throw wrong("unbalanced parenthesis");
        }
    }

    /** The same expression for {@link java.util.regex.Pattern#compile(String)}. */
    String java() {
        return java.toString();
    }

    /** The most steps between two characters read. */
    double idleSteps() {
        return Math.max(work.peak(), work.lead());
    }

    private IdleWork alternatives() {
        if (++depth > MAX_DEPTH) {
            throw wrong("nested too deeply");
        }
        IdleWork sum = sequence();
        while (next('|')) {
            copy();
            sum = sum.or(sequence());
        }
        depth--;
        return sum;
    }

    private IdleWork sequence() {
        IdleWork sum = IdleWork.NOTHING;
        while (at < source.length() && !next('|') && !next(')')) {
            sum = sum.then(quantified(atom()));
        }
        return sum;
    }

    private IdleWork atom() {
        return switch (source.charAt(at)) {
            case '(' -> group();
            case '[' -> characterClass();
            case '\\' -> escape(false);
            case '^', '$' -> copied(IdleWork.ASSERTION);
            case '*', '+', '?' -> throw wrong("nothing to repeat");
            case '{' -> literalBrace();
            default -> copied(IdleWork.CHARACTER);
        };
    }

    private IdleWork group() {
        if (!source.startsWith("(?", at)) {
            groupNames.add("");
            copy();
            return closed(alternatives());
        }
        if (took("(?P=")) {
            int number = groupNames.indexOf(nameUpTo(')')) + 1;
            if (number == 0) {
                throw wrong("unknown group name");
            }
            java.append("(?:\\").append(number).append(')');
            return IdleWork.ASSERTION;
        }
        if (took("(?P<")) {
            String name = nameUpTo('>');
            if (groupNames.contains(name)) {
                throw wrong("redefinition of group name");
            }
            groupNames.add(name);
            java.append('(');
            return closed(alternatives());
        }
        for (String look : new String[] {"(?=", "(?!", "(?<=", "(?<!"}) {
            if (took(look)) {
                java.append(look);
                return closed(alternatives()).looked();
            }
        }
        for (String plain : new String[] {"(?:", "(?>"}) {
            if (took(plain)) {
                java.append(plain);
                return closed(alternatives());
            }
        }
        if (took("(?i)")) {
            java.append("(?i)");
            return IdleWork.NOTHING;
        }
        throw wrong("a group of an unknown kind");
    }

    private IdleWork closed(IdleWork inner) {
        if (!next(')')) {
            throw wrong("missing ), unterminated subpattern");
        }
        copy();
        return inner.then(IdleWork.ASSERTION);
    }

    private IdleWork characterClass() {
        copy();
        if (next('^')) {
            copy();
        }
        boolean first = true;
        while (first || !next(']')) {
            if (at >= source.length()) {
                throw wrong("unterminated character set");
            }
            char c = source.charAt(at);
            if (c == '\\') {
                escape(true);
            } else {
                java.append(c == '[' || c == ']' || c == '&' || c == '^' ? "\\" : "");
                copy();
            }
            first = false;
        }
        return copied(IdleWork.CHARACTER);
    }

    private IdleWork escape(boolean inClass) {
        if (at + 1 >= source.length()) {
            throw wrong("bad escape (end of pattern)");
        }
        char c = source.charAt(at + 1);
        boolean letter = c < 128 && Character.isLetterOrDigit(c);
        if (c == 'v' || (c == 'Z' && !inClass)) {
            java.append(c == 'v' ? "\\x0B" : "\\z");
            at += 2;
            return c == 'v' ? IdleWork.CHARACTER : IdleWork.ASSERTION;
        }
        boolean assertion = !inClass && ESCAPED_ASSERTIONS.indexOf(c) >= 0;
        boolean reference = !inClass && c >= '1' && c <= '9';
        if (letter && !assertion && !reference && ESCAPED_CLASSES.indexOf(c) < 0 && ESCAPED_CHARACTERS.indexOf(c) < 0) {
            throw wrong("bad escape \\" + c);
        }
        copy();
        copy();
        return assertion || reference ? IdleWork.ASSERTION : IdleWork.CHARACTER;
    }

    private IdleWork quantified(IdleWork atom) {
        double min;
        double max;
        int start = at;
        if (next('*') || next('+') || next('?')) {
            min = next('+') ? 1 : 0;
            max = next('?') ? 1 : Double.POSITIVE_INFINITY;
            copy();
        } else if (countEnd() > 0) {
            String[] bounds = source.substring(at + 1, countEnd()).split(",", -1);
            min = bounds[0].isEmpty() ? 0 : Double.parseDouble(bounds[0]);
            String last = bounds[bounds.length - 1];
            max = last.isEmpty() ? Double.POSITIVE_INFINITY : Double.parseDouble(last);
            java.append(bounds[0].isEmpty() ? "{0" : "{").append(source, at + 1, countEnd() + 1);
            at = countEnd() + 1;
        } else {
            return atom;
        }
        if (next('?') || next('+')) {
            copy();
        }
        if (next('*') || next('+') || next('?') || countEnd() > 0) {
            throw wrong("multiple repeat", start);
        }
        return atom.repeated(min, max);
    }

    /** The place of the brace that closes a count such as {@code {2,5}}, or -1 where there is no count. */
    private int countEnd() {
        if (!next('{')) {
            return -1;
        }
        int end = at + 1;
        int commas = 0;
        while (end < source.length() && (isDigit(source.charAt(end)) || source.charAt(end) == ',')) {
            commas += source.charAt(end++) == ',' ? 1 : 0;
        }
        boolean count = end < source.length() && source.charAt(end) == '}' && end > at + 1 && commas < 2;
        return count ? end : -1;
    }

    private IdleWork literalBrace() {
        if (countEnd() > 0) {
            throw wrong("nothing to repeat");
        }
        java.append('\\');
        return copied(IdleWork.CHARACTER);
    }

    private String nameUpTo(char end) {
        int found = source.indexOf(end, at);
        String name = found < 0 ? "" : source.substring(at, found);
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw wrong("bad character in group name");
        }
        at = found + 1;
        return name;
    }

    private boolean took(String prefix) {
        boolean found = source.startsWith(prefix, at);
        at += found ? prefix.length() : 0;
        return found;
    }

    private boolean next(char c) {
        return at < source.length() && source.charAt(at) == c;
    }

    private IdleWork copied(IdleWork what) {
        copy();
        return what;
    }

    private void copy() {
        java.append(source.charAt(at++));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private PatternSyntaxException wrong(String what) {
        return wrong(what, at);
    }

    private PatternSyntaxException wrong(String what, int where) {
        return new PatternSyntaxException(what, source, where);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression from an adapter's configuration, in Python's dialect and not to be trusted: its length and the
 * steps it may take are bounded, so that backtracking cannot hang a merge.
 */
final class BoundedPattern {
    private static final int MAX_LENGTH = 2048;
    private static final int MAX_STEPS = 200_000;

    /** The most work between two characters read, which {@link #MAX_STEPS} does not see. */
    private static final int MAX_IDLE_STEPS = 2_000;

    private final String field;
    private final Pattern pattern;

    /**
     * Compiles an expression.
     *
     * @param field the configuration field, for errors
     * @param regex the expression as Python's {@code re} understands it
     */
    BoundedPattern(String field, String regex) {
        this.field = field;
        if (regex.length() > MAX_LENGTH) {
            throw refused("a regular expression of more than " + MAX_LENGTH + " characters");
        }
        try {
            PythonRegex python = new PythonRegex(regex);
            if (python.idleSteps() > MAX_IDLE_STEPS) {
                throw refused("a regular expression of a kind that can take very long without reading anything");
            }
            pattern = Pattern.compile(python.java());
        } catch (PatternSyntaxException e) {
            throw refused("not a regular expression: " + e.getDescription());
        } catch (StackOverflowError e) {
            throw refused("a regular expression that is nested too deeply");
        }
    }

    /** Python's {@code re.fullmatch}. */
    boolean fullMatch(String text) {
        return run(text, Matcher::matches);
    }

    /** Python's {@code re.match}: anchored at the start only. */
    boolean prefixMatch(String text) {
        return run(text, Matcher::lookingAt);
    }

    private boolean run(String text, java.util.function.Predicate<Matcher> match) {
        try {
            return match.test(pattern.matcher(new CountedText(text)));
        } catch (StackOverflowError e) {
            throw refused("a regular expression that is nested too deeply");
        }
    }

    private InvalidInputException refused(String reason) {
        return new InvalidInputException(ErrorCode.ADAPTER_INVALID, PeftConfig.FILE, field, reason);
    }

    /** Counts the characters that the matcher looks at. */
    private final class CountedText implements CharSequence {
        private final String text;
        private int steps;

        CountedText(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++steps > MAX_STEPS) {
                throw refused("a regular expression that takes more than " + MAX_STEPS + " steps on '" + text + "'");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}

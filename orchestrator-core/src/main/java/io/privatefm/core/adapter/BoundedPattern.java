/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.adapter.AdapterLimits.Limit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression from an adapter's configuration, in Python's dialect and not to be trusted: its length and the
 * steps it may take are bounded, so that backtracking cannot hang a merge.
 */
final class BoundedPattern {
    /** The most work between two characters read, which counting those does not see. */
    private static final int MAX_IDLE_STEPS = 2_000;

    private final String field;
    private final AdapterLimits limits;
    private final long costOfStep;
    private final Pattern pattern;

    /**
     * Compiles an expression.
     *
     * @param field the configuration field, for errors
     * @param regex the expression as Python's {@code re} understands it
     */
    BoundedPattern(String field, String regex, AdapterLimits limits) {
        this.field = field;
        this.limits = limits;
        if (regex.length() > limits.get(Limit.PATTERN_LENGTH)) {
            throw refused("a regular expression of more than " + limits.get(Limit.PATTERN_LENGTH) + " characters");
        }
        try {
            PythonRegex python = new PythonRegex(regex);
            if (python.idleSteps() > MAX_IDLE_STEPS) {
                throw refused("a regular expression of a kind that can take very long without reading anything");
            }
            costOfStep = 1 + (long) python.idleSteps();
            pattern = Pattern.compile(python.java());
        } catch (PatternSyntaxException e) {
            throw refused("not a regular expression: " + e.getDescription());
        } catch (StackOverflowError e) {
            throw refused("a regular expression that is nested too deeply");
        }
    }

    /** Python's {@code re.fullmatch}. */
    boolean fullMatch(String text, PatternSteps all) {
        return run(text, all, Matcher::matches);
    }

    /** Python's {@code re.match}: anchored at the start only. */
    boolean prefixMatch(String text, PatternSteps all) {
        return run(text, all, Matcher::lookingAt);
    }

    private boolean run(String text, PatternSteps all, Predicate<Matcher> match) {
        CountedText counted = new CountedText(text, all);
        try {
            boolean matches = match.test(pattern.matcher(counted));
            all.take(counted.steps * costOfStep);
            return matches;
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
        private final long most;
        private final long left;
        private long steps;

        CountedText(String text, PatternSteps all) {
            this.text = text;
            most = limits.get(Limit.PATTERN_STEPS);
            left = all.left() / costOfStep;
        }

        @Override
        public char charAt(int index) {
            if (++steps > most) {
                throw refused("a regular expression that takes more than " + most + " steps on '" + text + "'");
            }
            if (steps > left) {
                throw refused("the regular expressions take more than " + limits.get(Limit.ALL_PATTERN_STEPS)
                        + " steps together");
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

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

/**
 * What a backtracking matcher can do on a part of a regular expression without reading a character, in steps: the work
 * that a limit on characters read does not see.
 *
 * @param through the ways to get from the start to the end of the part
 * @param lead the steps from the start until a character is read
 * @param trail the ways to get from a character that was read to the end
 * @param peak the most steps between two characters, inside the part
 */
record IdleWork(double through, double lead, double trail, double peak) {
    static final IdleWork NOTHING = new IdleWork(1, 0, 0, 0);
    static final IdleWork CHARACTER = new IdleWork(0, 1, 1, 1);
    static final IdleWork ASSERTION = new IdleWork(1, 1, 0, 1);

    IdleWork then(IdleWork next) {
        double newLead = lead + through * next.lead;
        return new IdleWork(
                through * next.through,
                newLead,
                Math.max(next.trail, trail * next.through),
                max(peak, next.peak, newLead, trail * next.lead));
    }

    IdleWork or(IdleWork other) {
        double newLead = lead + other.lead;
        return new IdleWork(
                through + other.through, newLead, Math.max(trail, other.trail), max(peak, other.peak, newLead, 0));
    }

    /** Between {@code min} and {@code max} times; a repetition of nothing is tried once more than it must. */
    IdleWork repeated(double min, double max) {
        double required = Math.pow(through, min);
        double more = max > min ? 1 : 0;
        double newThrough = required * (1 + more * through);
        double passes = through == 1 ? min : (1 - required) / (1 - through);
        double newLead = 1 + lead * passes + more * required * (1 + lead);
        double newTrail = trail * Math.max(1, newThrough);
        return new IdleWork(newThrough, newLead, newTrail, max(peak, newLead, newTrail * (1 + lead), 0));
    }

    /** A look to either side, which gives no second way once it has succeeded. */
    IdleWork looked() {
        return new IdleWork(1, 1 + lead, Math.min(1, trail), Math.max(peak, 1 + lead));
    }

    private static double max(double a, double b, double c, double d) {
        return Math.max(Math.max(a, b), Math.max(c, d));
    }
}

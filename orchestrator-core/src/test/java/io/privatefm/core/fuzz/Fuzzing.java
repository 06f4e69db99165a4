/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.PfmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Gives a target many random inputs, each made from the seed and its number alone. Every one must be accepted or refused as
 * the target expects; anything else, also no answer for a minute, fails with what runs the same input again:
 * {@code -Dpfm.seed=… -Dpfm.input=…}. Counts what happened, so that a test can tell whether its inputs reach far.
 */
public final class Fuzzing {
    /** Of 200 000 inputs in every build, 10 000 000 with {@code -Pnightly}. */
    private static final int NIGHTLY_FACTOR = Boolean.getBoolean("pfm.nightly") ? 50 : 1;

    private static final int PATIENCE_MILLIS = 60_000;
    private static final int MOST_MESSAGES = 5_000;

    private final Map<String, Integer> refusals = new HashMap<>();
    private int inputs;
    private int accepted;
    private volatile int current = -1;
    private volatile @Nullable Throwable failure;

    /** What is tried with one input. */
    @FunctionalInterface
    public interface Target {
        /**
         * Makes an input and tries it.
         *
         * @throws Refusal if it was refused, and as it should be
         */
        void accept(SplittableRandom random);
    }

    private Fuzzing() {}

    /**
     * Runs a test's share.
     *
     * @param share number of inputs in every build
     */
    public static Fuzzing run(Class<?> test, int share, Target target) {
        Fuzzing fuzzing = new Fuzzing();
        long seed = TestSeed.of(test);
        Integer single = Integer.getInteger("pfm.input");
        int first = single == null ? 0 : single;
        fuzzing.inputs = single == null ? share * NIGHTLY_FACTOR : 1;
        Thread worker = new Thread(() -> fuzzing.work(seed, first, target), test.getSimpleName());
        worker.setDaemon(true);
        worker.start();
        fuzzing.watch(worker, seed);
        return fuzzing;
    }

    /**
     * Asserts that the inputs were worth something.
     *
     * @param least accepted, in percent
     * @param most accepted, in percent
     * @param messages fewest kinds of refusals
     */
    public void assertReach(int least, int most, int messages) {
        System.out.println(inputs + " inputs, " + accepted + " accepted, " + refusals.size() + " kinds of refusals");
        if (inputs > 1) {
            assertThat(100.0 * accepted / inputs).as("percent accepted").isBetween((double) least, (double) most);
            assertThat(refusals).as("kinds of refusals").hasSizeGreaterThanOrEqualTo(messages);
        }
    }

    private void work(long seed, int first, Target target) {
        for (int i = first; i < first + inputs && failure == null; i++) {
            current = i;
            try {
                target.accept(new SplittableRandom(seed ^ (i * 0x9e3779b97f4a7c15L)));
                accepted++;
            } catch (Refusal e) {
                if (refusals.size() < MOST_MESSAGES) {
                    refusals.merge(e.kind, 1, Integer::sum);
                }
            } catch (Throwable e) { // an error of any kind is what is looked for
                failure = e;
            }
        }
    }

    private void watch(Thread worker, long seed) {
        try {
            int before = -2;
            while (worker.isAlive()) {
                worker.join(PATIENCE_MILLIS);
                if (worker.isAlive() && current == before) {
                    throw failed(seed, "no answer for a minute: " + Arrays.toString(worker.getStackTrace()), null);
                }
                before = current;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(seed, "interrupted", e);
        }
        if (failure != null) {
            throw failed(seed, String.valueOf(failure), failure);
        }
    }

    private AssertionError failed(long seed, String what, @Nullable Throwable cause) {
        return new AssertionError("-Dpfm.seed=" + seed + " -Dpfm.input=" + current + ": " + what, cause);
    }

    /** A refusal that the target expected. */
    public static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String kind;

        public Refusal(PfmException e) {
            super(null, e, false, false);
            kind = e.code() + " " + kindOf(String.valueOf(e.getMessage()));
        }

        /** The message without what differs between inputs of a kind: names, numbers, quotations. */
        private static String kindOf(String message) {
            String reason = message.substring(message.lastIndexOf(": ") + 1);
            return reason.replaceAll("'[^']*'|\"[^\"]*\"|\\[[^]]*]|\\([^)]*\\)", "")
                    .replaceAll("[^ ]*[^A-Za-z ,;]+[^ ]*", "#");
        }
    }
}

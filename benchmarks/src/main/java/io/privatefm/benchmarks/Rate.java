/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Repeats work on several threads for a while. */
final class Rate {
    private static final Duration WARM_UP = Duration.ofSeconds(1);
    private static final Duration MEASURED = Duration.ofSeconds(3);

    /** One piece of work. */
    @FunctionalInterface
    interface Work {
        /**
         * Does it once.
         *
         * @param thread 0, 1, 2 … of the thread that does it
         * @param round 0, 1, 2 … of that thread
         */
        void run(int thread, int round);
    }

    private Rate() {}

    /** How often in a second all threads together did the work, after a warm-up. */
    static double perSecond(int threads, Work work) {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Double>> rates = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                rates.add(pool.submit(() -> rate(thread, work)));
            }
            double sum = 0;
            for (Future<Double> rate : rates) {
                sum += rate.get();
            }
            return sum;
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            pool.shutdownNow();
        }
    }

    private static double rate(int thread, Work work) {
        int round = 0;
        for (long start = System.nanoTime(); System.nanoTime() - start < WARM_UP.toNanos(); round++) {
            work.run(thread, round);
        }
        int first = round;
        long start = System.nanoTime();
        long end = start;
        while (end - start < MEASURED.toNanos()) {
            work.run(thread, round);
            round++;
            end = System.nanoTime();
        }
        return (round - first) * 1e9 / (end - start);
    }
}

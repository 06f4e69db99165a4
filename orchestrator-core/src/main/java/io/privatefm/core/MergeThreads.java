/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the pool of an orchestrator that was given none. */
final class MergeThreads {
    private MergeThreads() {}

    static ExecutorService pool(int threads) {
        AtomicInteger count = new AtomicInteger();
        return Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, "pfm-merge-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }
}

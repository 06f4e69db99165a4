/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Daemon threads that are never interrupted, whoever asks for it: an interrupt would close the files that they are at, those of models and
 * of an embedded database.
 */
final class OperationThreads extends ScheduledThreadPoolExecutor {
    private volatile Runnable wake = () -> {};

    OperationThreads(String name, int threads) {
        super(threads, numbered(name));
    }

    private static ThreadFactory numbered(String name) {
        AtomicInteger count = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** What to do instead of interrupting a thread that waits. */
    void onShutdownNow(Runnable action) {
        wake = action;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        wake.run();
        return List.of();
    }
}

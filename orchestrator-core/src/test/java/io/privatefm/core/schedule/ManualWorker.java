/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.schedule;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/** Fixture: runs what it was given when a test says so, on its thread. */
final class ManualWorker extends AbstractExecutorService {
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean down;

    /** Runs what waits; says how much that was. */
    int runAll() {
        int count = 0;
        for (Runnable work = waiting.poll(); work != null; work = waiting.poll()) {
            work.run();
            count++;
        }
        return count;
    }

    @Override
    public void execute(Runnable command) {
        waiting.add(command);
    }

    @Override
    public void shutdown() {
        down = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        throw new AssertionError("a thread must not be interrupted while it uses files");
    }

    @Override
    public boolean isShutdown() {
        return down;
    }

    @Override
    public boolean isTerminated() {
        return down;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return down;
    }
}

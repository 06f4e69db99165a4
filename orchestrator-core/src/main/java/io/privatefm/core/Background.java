/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One thread for long work that nobody waits for; takes work while it is started, and refuses it otherwise. */
final class Background implements Executor {
    private final String name;
    private @Nullable ExecutorService thread;

    /** @param name of its thread */
    Background(String name) {
        this.name = name;
    }

    synchronized void start() {
        if (thread == null) {
            thread = MergeThreads.single(name);
        }
    }

    @Override
    public synchronized void execute(Runnable work) {
        if (thread == null) {
            throw new RejectedExecutionException("the orchestrator is not started");
        }
        thread.execute(work);
    }

    /** Takes no more work, and waits for what is running; what has not begun is dropped. */
    boolean stop(Duration patience) throws InterruptedException {
        ExecutorService running;
        synchronized (this) {
            running = thread;
            thread = null;
        }
        if (running == null) {
            return true;
        }
        running.shutdown();
        return running.awaitTermination(patience.toSeconds(), TimeUnit.SECONDS);
    }
}

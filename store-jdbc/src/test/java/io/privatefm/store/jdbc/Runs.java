/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Fixture: counts runs of a job, and lets a test wait for them. */
final class Runs {
    private static final long PATIENCE_SECONDS = 60;

    private final AtomicInteger count = new AtomicInteger();
    private final Semaphore begun = new Semaphore(0);

    void one() {
        count.incrementAndGet();
        begun.release();
    }

    /** Waits for the next run, which nobody has waited for. */
    void await() throws InterruptedException {
        await(begun);
    }

    int count() {
        return count.get();
    }

    /** Waits, but not for ever. */
    static void await(Semaphore permit) throws InterruptedException {
        assertThat(permit.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("in time")
                .isTrue();
    }
}

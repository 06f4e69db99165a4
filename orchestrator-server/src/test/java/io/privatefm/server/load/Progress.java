/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Where those who wait for something to have happened learn that something has. */
final class Progress {
    private static final long PATIENCE_SECONDS = 180;

    private long acknowledged;

    /** Something is otherwise than it was. */
    synchronized void changed() {
        notifyAll();
    }

    /** The service has answered for a change. */
    synchronized void acknowledged() {
        acknowledged++;
        notifyAll();
    }

    /** How many changes the service has answered for. */
    synchronized long acknowledgements() {
        return acknowledged;
    }

    /** Waits until so many more are answered for. */
    synchronized void awaitMore(int count) throws InterruptedException {
        long enough = acknowledged + count;
        await(count + " more changes", () -> acknowledged >= enough);
    }

    /** Waits until something is so. */
    synchronized void await(String what, BooleanSupplier so) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!so.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("waited in vain for " + what);
            }
            wait(Math.min(left, 1_000));
        }
    }
}

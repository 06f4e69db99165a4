/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.util.concurrent.CountDownLatch;

/** The end of something that others wait for, whoever interrupts them meanwhile. */
final class Ending {
    private final CountDownLatch latch = new CountDownLatch(1);

    /** It has ended. */
    void reached() {
        latch.countDown();
    }

    /** Waits until it has ended; an interrupt meanwhile is kept for later. */
    void await() {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

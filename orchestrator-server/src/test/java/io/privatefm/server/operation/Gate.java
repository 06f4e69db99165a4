/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Lets the work of an orchestrator through, until it is shut: then whoever comes waits for its being opened again. */
public final class Gate implements Executor {
    private final CountDownLatch arrived = new CountDownLatch(1);
    private volatile CountDownLatch open = new CountDownLatch(0);

    @Override
    public void execute(Runnable work) {
        if (open.getCount() > 0) {
            arrived.countDown();
            try {
                assertThat(open.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        work.run();
    }

    public void shut() {
        open = new CountDownLatch(1);
    }

    public void open() {
        open.countDown();
    }

    /** Waits for somebody to stand before it. */
    public void awaitArrival() throws InterruptedException {
        assertThat(arrived.await(60, TimeUnit.SECONDS)).isTrue();
    }
}

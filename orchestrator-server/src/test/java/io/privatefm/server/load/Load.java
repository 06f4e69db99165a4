/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Clients at work, each on a thread of its own. */
final class Load implements AutoCloseable {
    private static final int STEPS_FOR_AN_EVENT = 20;

    private final ReadWriteLock working = new ReentrantReadWriteLock(true);
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final EventTraffic events;
    private volatile boolean over;

    Load(List<LoadClient> clients, EventTraffic events) {
        this.events = events;
        for (LoadClient client : clients) {
            Thread thread = new Thread(() -> run(client), "load");
            threads.add(thread);
            thread.start();
        }
    }

    private void run(LoadClient client) {
        try {
            for (int steps = 1; !over; steps++) {
                working.readLock().lock();
                try {
                    client.step();
                } finally {
                    working.readLock().unlock();
                }
                if (steps % STEPS_FOR_AN_EVENT == 0) {
                    events.oneMore();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            failures.add(e);
        }
    }

    /** What ended clients before their time. */
    Queue<Throwable> failures() {
        return failures;
    }

    /** Does something while no request is under way. */
    <T> T paused(Callable<T> what) throws Exception {
        working.writeLock().lock();
        try {
            return what.call();
        } finally {
            working.writeLock().unlock();
        }
    }

    /** Lets all end what they are at, and waits for that. */
    void end() throws InterruptedException {
        close();
        for (Thread thread : threads) {
            thread.join();
        }
        events.end();
    }

    /** Lets all end what they are at. */
    @Override
    public void close() {
        over = true;
        events.stop();
    }
}

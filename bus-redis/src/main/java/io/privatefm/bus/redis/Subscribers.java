/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.bus.MessageHandler;
import io.privatefm.spi.bus.Subscription;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The open subscriptions of one group. */
final class Subscribers {
    private final List<Subscriber> open = new ArrayList<>();
    private final Runnable whenLastClosed;
    private boolean ended;

    /** @param whenLastClosed what to do when no subscription is left; called once at most */
    Subscribers(Runnable whenLastClosed) {
        this.whenLastClosed = whenLastClosed;
    }

    /** A new subscription, or null if the last one was closed. */
    synchronized @Nullable Subscription add(MessageHandler handler) {
        if (ended) {
            return null;
        }
        Subscriber subscriber = new Subscriber(handler);
        open.add(subscriber);
        return subscriber;
    }

    /** Lets work for a key be done by one handler; false if there is none. */
    boolean call(String key, HandlerCall call) {
        Subscriber subscriber = enter(key);
        if (subscriber == null) {
            return false;
        }
        try {
            call.with(subscriber.handler);
            return true;
        } finally {
            subscriber.leave();
        }
    }

    /** Something that a handler is called for. */
    @FunctionalInterface
    interface HandlerCall {
        void with(MessageHandler handler);
    }

    private synchronized @Nullable Subscriber enter(String key) {
        if (open.isEmpty()) {
            return null;
        }
        Subscriber subscriber = open.get(Math.floorMod(key.hashCode(), open.size()));
        subscriber.running.add(Thread.currentThread());
        return subscriber;
    }

    /** Takes no more subscriptions. */
    synchronized void seal() {
        ended = true;
    }

    /** Ends all subscriptions, after their reader has stopped. */
    synchronized void end() {
        ended = true;
        open.clear();
        notifyAll();
    }

    private final class Subscriber implements Subscription {
        private final MessageHandler handler;
        private final List<Thread> running = new ArrayList<>();

        Subscriber(MessageHandler handler) {
            this.handler = handler;
        }

        private void leave() {
            synchronized (Subscribers.this) {
                running.remove(Thread.currentThread());
                Subscribers.this.notifyAll();
            }
        }

        @Override
        public void close() {
            boolean last;
            synchronized (Subscribers.this) {
                last = !ended && open.size() == 1 && open.contains(this);
                ended |= last;
                if (!last && !ended) {
                    open.remove(this);
                }
            }
            if (last) {
                // it takes what is on its way to it until the reader has stopped
                whenLastClosed.run();
                end();
            }
            awaitReturn();
        }

        private boolean isOpen() {
            return open.contains(this) && !running.contains(Thread.currentThread());
        }

        /** A handler that closes its own subscription does not wait for itself. */
        private void awaitReturn() {
            boolean interrupted = false;
            synchronized (Subscribers.this) {
                while (isOpen() || running.stream().anyMatch(thread -> thread != Thread.currentThread())) {
                    try {
                        Subscribers.this.wait();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

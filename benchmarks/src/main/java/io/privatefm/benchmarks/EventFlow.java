/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import io.privatefm.core.Orchestrator;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.store.OrchestratorStore;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An orchestrator that makes namespaces because of events, and a platform that reads of it. */
final class EventFlow implements AutoCloseable {
    private static final Pattern LEARNER = Pattern.compile("\"learner_id\":\"([^\"]+)\"");
    private static final int WARM_UP = 2_000;
    private static final long PATIENCE_SECONDS = 300;

    private final EventBus bus;
    private final Orchestrator orchestrator;
    private final int events;
    private final Map<String, Long> published = new ConcurrentHashMap<>();
    private final AtomicInteger names = new AtomicInteger();
    private volatile Measured measured = new Measured(0);

    /** What was measured: times from before the publication to the arrival of the event that tells of its effect. */
    record Result(double perSecond, Measured latencies) {
        double millis(double quantile) {
            return latencies.quantile(quantile) / 1e6;
        }
    }

    /** Arrivals. */
    static final class Measured {
        private final long[] nanos;
        private final AtomicInteger count = new AtomicInteger();
        private final CountDownLatch all;

        Measured(int events) {
            nanos = new long[events];
            all = new CountDownLatch(events);
        }

        void add(long latency) {
            nanos[count.getAndIncrement()] = latency;
            all.countDown();
        }

        void await() throws InterruptedException {
            if (!all.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(all.getCount() + " events did not come back");
            }
        }

        long quantile(double share) {
            long[] sorted = nanos.clone();
            Arrays.sort(sorted);
            return sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * share))];
        }
    }

    EventFlow(OrchestratorStore store, EventBus bus, int events) throws InterruptedException {
        this.bus = bus;
        this.events = events;
        this.orchestrator = TinyEngine.builder(store).eventBus(bus).build();
        bus.subscribe("NAMESPACE_CREATED", "platform", this::arrived);
        orchestrator.start();
        run(WARM_UP, 0);
    }

    /** All at once. */
    Result flood() throws InterruptedException {
        return run(events, 0);
    }

    /** So many in a second. */
    Result paced(double perSecond, int count) throws InterruptedException {
        return run(count, (long) (1e9 / perSecond));
    }

    private Result run(int count, long nanosBetween) throws InterruptedException {
        Measured now = new Measured(count);
        measured = now;
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            for (long wait = start + i * nanosBetween - System.nanoTime();
                    wait > 0;
                    wait = start + i * nanosBetween - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            String name = "learner-" + names.incrementAndGet();
            published.put(name, System.nanoTime());
            bus.publish(ready(name));
        }
        now.await();
        return new Result(count * 1e9 / (System.nanoTime() - start), now);
    }

    private void arrived(BusMessage message) {
        Matcher matcher = LEARNER.matcher(message.payload());
        Long sent = matcher.find() ? published.remove(matcher.group(1)) : null;
        if (sent != null) { // the first time
            measured.add(System.nanoTime() - sent);
        }
    }

    static BusMessage ready(String learner) {
        return new BusMessage("ready-" + learner, "PRIVATE_BRAIN_READY", learner, payload(learner));
    }

    static String payload(String learner) {
        return "{\"event\":\"PRIVATE_BRAIN_READY\",\"learner_id\":\"" + learner
                + "\",\"subjects\":[\"math\",\"reading\"]}";
    }

    @Override
    public void close() {
        orchestrator.close();
    }
}

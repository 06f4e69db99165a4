/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import io.privatefm.server.events.PlainRedis;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A platform that announces learners over Redis: the same bytes again until Redis has said that it has them. */
final class EventTraffic {
    private static final String STREAM = "aivo.events.PRIVATE_BRAIN_READY";

    private final Queue<String> announced = new ConcurrentLinkedQueue<>();
    private final Semaphore wanted = new Semaphore(0);
    private final String url;
    private final Thread thread = new Thread(this::run, "events");
    private volatile boolean over;
    private @Nullable PlainRedis redis;

    EventTraffic(String url) {
        this.url = url;
        thread.start();
    }

    /** Somebody has seen to it that there is one more learner to be announced. */
    void oneMore() {
        wanted.release();
    }

    /** Learners whose announcement Redis has, in order. */
    List<String> announced() {
        return List.copyOf(announced);
    }

    private void run() {
        int number = 0;
        try {
            while (!over) {
                wanted.acquire();
                if (!over && isSent("announced-" + number)) {
                    announced.add("announced-" + number);
                    number++;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            drop();
        }
    }

    private boolean isSent(String learner) {
        String event = "{\"event\":\"PRIVATE_BRAIN_READY\",\"learner_id\":\"" + learner + "\",\"subjects\":[\"math\"]}";
        try {
            if (redis == null) {
                redis = new PlainRedis(url);
            }
            redis.run(List.of("XADD", STREAM, "*", "event", event));
            return true;
        } catch (IOException e) {
            drop();
            return false;
        }
    }

    private void drop() {
        if (redis != null) {
            try {
                redis.close();
            } catch (IOException e) {
                // it is gone in any case
            }
            redis = null;
        }
    }

    /** Announces nobody any more. */
    void stop() {
        over = true;
        wanted.release();
    }

    /** Announces nobody any more, once the one is announced that it is at. */
    void end() throws InterruptedException {
        stop();
        thread.join();
    }
}

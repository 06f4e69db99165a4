/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import io.privatefm.bus.redis.RedisServer;
import java.io.IOException;

/** Stops what the service stands on, waits until the service has noticed, and starts it again; when, the load's progress says. */
final class Outages {
    private final RestartablePostgres postgres;
    private final RedisServer redis;
    private final HealthProbe health;
    private final Progress progress;
    private final int between;
    private int rounds;

    Outages(RestartablePostgres postgres, RedisServer redis, HealthProbe health, Progress progress, int between) {
        this.postgres = postgres;
        this.redis = redis;
        this.health = health;
        this.progress = progress;
        this.between = between;
    }

    /** PostgreSQL, by turns as it is stopped in order and as it crashes; then Redis, which crashes; each third time both at once. */
    void round() throws IOException, InterruptedException {
        health.awaitReady(true);
        progress.awaitMore(between);
        boolean both = rounds % 3 == 2;
        if (both) {
            redis.kill();
        }
        postgres.stop(rounds % 2 == 0 ? RestartablePostgres.Stop.IMMEDIATE : RestartablePostgres.Stop.FAST);
        health.awaitReady(false);
        postgres.start();
        health.awaitReady(true);
        progress.awaitMore(between);
        if (!both) {
            redis.kill();
        }
        health.awaitBus("DOWN");
        progress.awaitMore(between); // it does without
        redis.restart();
        health.awaitBus("UP");
        rounds++;
    }

    @Override
    public String toString() {
        return rounds + " restarts of each";
    }
}

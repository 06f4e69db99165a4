/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import io.privatefm.bus.redis.RedisServer;
import java.io.IOException;

/** Stops what the service stands on, waits until the service has noticed, and starts it again; when, the load's progress says. */
final class Outages {
    private static final int FEW = 4;

    private final RestartablePostgres postgres;
    private final RedisServer redis;
    private final HealthProbe health;
    private final Progress progress;
    private final Caller caller;
    private final int between;
    private int rounds;

    Outages(
            RestartablePostgres postgres,
            RedisServer redis,
            HealthProbe health,
            Progress progress,
            Caller caller,
            int between) {
        this.postgres = postgres;
        this.redis = redis;
        this.health = health;
        this.progress = progress;
        this.caller = caller;
        this.between = between;
    }

    /**
     * PostgreSQL, by turns as it crashes and as it is stopped in order; then Redis, which crashes. Each second time PostgreSQL is away until
     * somebody has been told so, each third time both are away at once.
     */
    void round() throws IOException, InterruptedException {
        health.awaitReady(true);
        progress.awaitMore(between);
        boolean both = rounds % 3 == 2;
        if (both) {
            redis.kill();
        }
        long refused = caller.refused();
        postgres.stop(rounds % 4 < 2 ? RestartablePostgres.Stop.IMMEDIATE : RestartablePostgres.Stop.FAST);
        health.awaitReady(false);
        if (rounds % 2 == 1) {
            progress.await("a request that is sent away", () -> caller.refused() > refused + FEW);
        }
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

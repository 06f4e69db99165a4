/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import com.zaxxer.hikari.HikariDataSource;
import io.privatefm.core.Orchestrator;
import io.privatefm.spi.bus.EventBus;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A process with an orchestrator that takes events until it is killed. */
final class EventConsumer {
    /** What it says when it takes events. */
    static final String STARTED = "TAKING EVENTS";

    private EventConsumer() {}

    /** Runs with the home that is given. */
    public static void main(String[] args) throws Exception {
        StormHome home = new StormHome(Path.of(args[0]));
        try (HikariDataSource database = home.database();
                EventBus bus = home.bus();
                Orchestrator pfm = home.orchestrator(database, bus).build()) {
            pfm.start();
            System.out.println(STARTED);
            new CountDownLatch(1).await();
        }
    }
}

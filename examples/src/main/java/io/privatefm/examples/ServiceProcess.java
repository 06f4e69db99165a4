/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.AdapterDirectory;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.bus.EventBus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A host of the orchestrator, as a process of its own: it takes events from Redis and sends its own there. The other process is {@link
 * PlatformProcess}. A real host has a database and a schedule; here the state dies with the process, and each line on standard input is a
 * night.
 */
public final class ServiceProcess {
    private ServiceProcess() {}

    /**
     * Ends with standard input.
     *
     * @param args the bus's URL; the folder of the foundation's releases; the folder in which trainers leave adapters; a folder to work in
     */
    public static void main(String[] args) throws IOException {
        try (EventBus bus = RedisEventBus.builder(args[0]).open();
                Orchestrator pfm = Orchestrator.builder(
                                InMemory.store(),
                                BlobDirectory.at(Path.of(args[3])),
                                FoundationDirectory.at(Path.of(args[1])))
                        .eventBus(bus)
                        .adapterStore(AdapterDirectory.at(Path.of(args[2])))
                        .addListener(System.out::println)
                        .build();
                BufferedReader nights = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            pfm.start();
            while (nights.readLine() != null) {
                pfm.merges().runNight();
            }
            pfm.upkeep().relayMessages(); // what waits, before it ends
        }
    }
}

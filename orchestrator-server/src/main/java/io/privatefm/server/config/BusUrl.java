/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.bus.redis.RedisEventBusBuilder;

/** The event bus that a URL names; its streams begin with {@code EVENT_BUS_PREFIX}. */
public final class BusUrl {
    private static final String PREFIX = "EVENT_BUS_PREFIX";

    private BusUrl() {}

    /**
     * Opens it, and sees that it is there.
     *
     * @throws io.privatefm.spi.InvalidInputException if URL or prefix are malformed
     * @throws io.privatefm.spi.UnavailableException if it does not answer
     */
    public static RedisEventBus open(String url) {
        String prefix = System.getenv(PREFIX);
        RedisEventBusBuilder builder = RedisEventBus.builder(url);
        RedisEventBus bus =
                prefix == null ? builder.open() : builder.prefix(prefix).open();
        try {
            bus.deadLetters().list(1);
            return bus;
        } catch (RuntimeException | Error e) {
            bus.close();
            throw e;
        }
    }
}

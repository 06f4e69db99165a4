/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.bus.redis.RedisEventBusBuilder;
import java.util.Optional;

/** The event bus that a URL names; its streams begin with {@link Setting#EVENT_BUS_PREFIX}. */
public final class BusUrl {
    private BusUrl() {}

    /**
     * Opens it, and sees that it is there.
     *
     * @throws io.privatefm.spi.InvalidInputException if URL or prefix are malformed
     * @throws io.privatefm.spi.UnavailableException if it does not answer
     */
    public static RedisEventBus open(String url) {
        RedisEventBus bus = open(url, Setting.EVENT_BUS_PREFIX.in(System.getenv()));
        try {
            look(bus);
            return bus;
        } catch (RuntimeException | Error e) {
            bus.close();
            throw e;
        }
    }

    /**
     * Opens it, whether it is there or not.
     *
     * @throws io.privatefm.spi.InvalidInputException if URL or prefix are malformed
     */
    public static RedisEventBus open(String url, Optional<String> prefix) {
        RedisEventBusBuilder builder = RedisEventBus.builder(url);
        prefix.ifPresent(builder::prefix);
        return builder.open();
    }

    /**
     * Sees that it is there.
     *
     * @throws io.privatefm.spi.UnavailableException if it does not answer
     */
    public static void look(RedisEventBus bus) {
        bus.deadLetters().list(1);
    }

    static String requirePrefix(String prefix) {
        RedisEventBus.builder("redis://localhost").prefix(prefix);
        return prefix;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/** The event bus on Redis Streams. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic") // the client's jar has no descriptor
module io.privatefm.bus.redis {
    requires transitive io.privatefm.spi;
    requires com.fasterxml.jackson.core;
    requires org.slf4j;
    requires redis.clients.jedis;
    requires static org.jspecify;

    exports io.privatefm.bus.redis;
}

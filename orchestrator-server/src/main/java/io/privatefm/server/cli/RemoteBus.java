/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.server.config.BusUrl;
import picocli.CommandLine.Option;

/** The option that says where the event bus is, for commands that are about nothing else. */
final class RemoteBus {
    @Option(
            names = "--bus",
            required = true,
            paramLabel = "URL",
            description = "redis:// or rediss://user:password@host:port/database.")
    @SuppressWarnings("NullAway.Init")
    private String url;

    RedisEventBus open() {
        return BusUrl.open(url);
    }
}

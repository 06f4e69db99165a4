/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.bus.EventBus;
import io.privatefm.testkit.EventBusContract;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The bus on Redis Streams")
class RedisEventBusTest extends EventBusContract {
    @Override
    protected EventBus bus() {
        return RedisEventBus.builder(RedisServer.sharedUrl())
                .prefix("test-" + UUID.randomUUID())
                .open();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.time.Duration;
import java.util.function.Consumer;

/** How a bus works; {@link RedisEventBusBuilder} says what each part means. */
record BusSettings(
        String prefix,
        String source,
        int maxDeliveries,
        int threads,
        int window,
        Duration activeTime,
        Duration handlerTime,
        Duration retention,
        long alarmLength,
        Pauses deliveryPauses,
        Pauses serverPauses,
        Consumer<String> onHint) {}

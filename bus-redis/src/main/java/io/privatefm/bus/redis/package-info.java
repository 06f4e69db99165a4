/* SPDX-License-Identifier: Apache-2.0 */
/** The event bus on Redis Streams: start with {@link io.privatefm.bus.redis.RedisEventBus#builder}. */
@NullMarked
package io.privatefm.bus.redis;

import org.jspecify.annotations.NullMarked;

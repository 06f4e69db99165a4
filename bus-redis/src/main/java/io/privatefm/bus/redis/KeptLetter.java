/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.bus.DeadLetter;
import java.time.Instant;
import java.util.Optional;

/**
 * A dead letter that the server keeps.
 *
 * @param id its id among the dead letters
 * @param letter what was given up, and why
 * @param deliveries how often it was delivered before
 * @param keptSince when it was given up, by the server's clock
 * @param text what was sent; nothing if that was {@linkplain DeadLetter.Reason#LOST lost}. May be private: keep it out of logs
 */
public record KeptLetter(String id, DeadLetter letter, long deliveries, Instant keptSince, Optional<String> text) {}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.night;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One nightly batch.
 *
 * @param nightId later nights have higher ones
 * @param node the process that is or was at it
 * @param due namespaces that were to be merged
 * @param done of them, whatever their outcome
 * @param left of them, those that are due still; while it runs, those that are to come
 * @param endedEarly why it ended before all was done: the name of an {@link io.privatefm.spi.merge.EarlyEnd.Cause}, or {@code LOST} where its
 *     process died
 * @param secondsLeft while it runs in this process: how long it will take still
 */
public record Night(
        long nightId,
        Instant startedAt,
        Optional<Instant> endedAt,
        String node,
        int due,
        int done,
        long merged,
        long rejected,
        int upToDate,
        int left,
        Optional<String> endedEarly,
        boolean running,
        OptionalLong secondsLeft) {}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.night;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One nightly batch.
 *
 * @param nightId later nights have higher ones
 * @param endedAt of one that was lost: when its process was last heard of
 * @param node the process that is or was at it
 * @param due namespaces that were to be merged
 * @param done of them, whatever their outcome
 * @param merged once it ended: how many checkpoints were published
 * @param rejected once it ended: how many namespaces keep the checkpoints they have
 * @param upToDate once it ended: how many namespaces had nothing to do
 * @param left of them, those that are due still; while it runs, those that are to come
 * @param endedEarly why it ended before all was done: the name of an {@link io.privatefm.spi.merge.EarlyEnd.Cause}, or {@code LOST} where its
 *     process died
 * @param secondsLeft while it runs: how long it will take still, as far as that is known
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

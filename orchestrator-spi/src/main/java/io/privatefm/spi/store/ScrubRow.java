/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.recovery.ScrubLevel;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of the soundness of a namespace: the result of its last scrub, or of a read since that met damage.
 *
 * @param level how deep the last scrub looked
 * @param at when the last scrub ended, by the store's clock
 * @param verdict the worst of what was found; empty if everything was sound
 * @param detail what was found, canonical JSON of core; opaque to the store; {@code {}} if everything was sound
 * @param foundAt when this was found first, by the store's clock; empty if everything was sound
 */
public record ScrubRow(
        NsUid nsUid,
        ScrubLevel level,
        Instant at,
        Optional<Verdict> verdict,
        String detail,
        Optional<Instant> foundAt) {}

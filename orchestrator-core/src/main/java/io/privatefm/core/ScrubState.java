/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import java.time.Instant;
import java.util.Optional;

/**
 * How far scrubs have come.
 *
 * @param oldest when the last scrub of that namespace ended whose last scrub is the longest ago; those that never had one do not count
 * @param someNever whether there is a namespace that was never scrubbed
 */
public record ScrubState(Optional<Instant> oldest, boolean someNever) {}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.time.Instant;

/**
 * A merge that led to a checkpoint.
 *
 * @param at when it ended
 * @param millis how long it took
 * @param bytes how much it stored
 */
record RecentMerge(Instant at, long millis, long bytes) {}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import java.time.ZoneId;

/**
 * When the service works by itself; each a cron expression of five fields.
 *
 * @param nightly nights
 * @param cleanup retention and collection of orphans
 * @param scrub scrubs
 * @param zone whose local times they are
 */
public record ScheduleRules(String nightly, String cleanup, String scrub, ZoneId zone) {}

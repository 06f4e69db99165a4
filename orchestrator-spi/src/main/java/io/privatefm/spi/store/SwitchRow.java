/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import java.time.Instant;

/**
 * Something that was stopped until somebody lets it go on.
 *
 * @param name what is stopped, at most 64 characters
 * @param reason why, for people; at most 1000 characters
 * @param at since when, by the store's clock
 */
public record SwitchRow(String name, String reason, Instant at) {}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.health;

/**
 * How a component is.
 *
 * @param status {@link HealthStatus#UP} or {@link HealthStatus#DOWN}
 * @param detail a few words
 * @param millis how long it took to find out
 */
public record ComponentHealth(HealthStatus status, String detail, long millis) {}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.health;

/** How something is, the best first. */
public enum HealthStatus {
    UP,
    /** Something is down that the service can do without for a while. */
    DEGRADED,
    DOWN;

    HealthStatus orWorse(HealthStatus other) {
        return other.compareTo(this) > 0 ? other : this;
    }
}

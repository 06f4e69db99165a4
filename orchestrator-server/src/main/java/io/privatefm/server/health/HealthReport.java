/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.health;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How the service is.
 *
 * @param status of the whole
 * @param components by name, in order
 */
public record HealthReport(HealthStatus status, Map<String, ComponentHealth> components) {
    public HealthReport {
        components = Collections.unmodifiableMap(new LinkedHashMap<>(components));
    }
}

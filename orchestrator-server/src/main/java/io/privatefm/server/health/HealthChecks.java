/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.health;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Looks at the service's components, each on a thread of its own, so that one that hangs holds up no request for longer than {@link
 * #DEADLINE}, and takes one thread, however often it is asked for. Answers are used for {@link #FRESH}. Safe for use by several threads at
 * once.
 */
public final class HealthChecks {
    /** How long a component may take. */
    public static final Duration DEADLINE = Duration.ofSeconds(2);

    /** How long an answer is used. */
    public static final Duration FRESH = Duration.ofSeconds(1);

    private static final HealthReport ALIVE = new HealthReport(HealthStatus.UP, Map.of());

    private final List<WatchedComponent> components;
    private volatile boolean stopping;

    /** @param components in the order of reports */
    public HealthChecks(List<ComponentCheck> components) {
        this(components, DEADLINE, FRESH, System::nanoTime);
    }

    HealthChecks(List<ComponentCheck> components, Duration deadline, Duration fresh, LongSupplier nanos) {
        this.components = components.stream()
                .map(check -> new WatchedComponent(check, deadline, fresh, nanos))
                .toList();
    }

    /** Whether the process lives; looks at no component. */
    public HealthReport live() {
        return ALIVE;
    }

    /** Whether it can take requests: the required components alone; {@link HealthStatus#DOWN} also once it is stopping. */
    public HealthReport ready() {
        return report(WatchedComponent::isRequired);
    }

    /** Every component. {@link HealthStatus#DOWN} if a required one is, {@link HealthStatus#DEGRADED} if another one is. */
    public HealthReport report() {
        return report(component -> true);
    }

    /** From now on the service is not ready. */
    public void stopping() {
        stopping = true;
    }

    private HealthReport report(Predicate<WatchedComponent> which) {
        List<WatchedComponent> asked = components.stream().filter(which).toList();
        asked.forEach(WatchedComponent::begin);
        HealthStatus whole = stopping ? HealthStatus.DOWN : HealthStatus.UP;
        Map<String, ComponentHealth> answers = new LinkedHashMap<>();
        for (WatchedComponent component : asked) {
            ComponentHealth answer = component.answer();
            answers.put(component.name(), answer);
            if (answer.status() == HealthStatus.DOWN) {
                whole = whole.orWorse(component.isRequired() ? HealthStatus.DOWN : HealthStatus.DEGRADED);
            }
        }
        return new HealthReport(whole, answers);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import java.util.List;

/**
 * An orchestrator's meters: a listener, to be added to it, and gauges of what its store shows. {@code docs/metrics.md} lists all of them.
 *
 * <p>No label names a learner or a namespace, and every label has a fixed set of values, all of which are there from the start where
 * they are known: the number of series does not depend on the number of learners.
 *
 * <p>Counters and the last night are this process's own; what the store shows is the same in all processes that share it. Safe for use by
 * several threads at once.
 */
public final class PfmMetrics implements OrchestratorListener {
    private final List<OrchestratorListener> meters;

    PfmMetrics(PfmMetricsBuilder setup) {
        MeterRegistry registry = setup.registry;
        ExactNames.on(registry);
        meters = List.of(
                new MergeMeters(registry),
                new FallbackMeters(registry),
                new NightMeters(registry),
                new IncidentMeters(registry),
                new AccessMeters(registry, setup.refusals));
        setup.gauges();
    }

    /** Starts with the registry that the meters go into. */
    public static PfmMetricsBuilder on(MeterRegistry registry) {
        return new PfmMetricsBuilder(registry);
    }

    @Override
    public void onEvent(LifecycleEvent event) {
        meters.forEach(meter -> meter.onEvent(event));
    }
}

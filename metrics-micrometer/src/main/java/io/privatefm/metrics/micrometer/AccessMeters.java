/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import java.util.ArrayList;
import java.util.List;

/** Whom a host refused access, by reasons that it named beforehand: any text that is new is {@code other}. */
final class AccessMeters implements OrchestratorListener {
    private static final String OTHER = "other";

    private final List<String> reasons;
    private final Counters refused;

    AccessMeters(MeterRegistry registry, List<String> reasons) {
        this.reasons = reasons;
        List<String> values = new ArrayList<>(reasons);
        values.add(OTHER);
        refused = new Counters(
                registry, "pfm_access_refused_total", "Requests whose callers were refused.", "reason", values);
    }

    @Override
    public void onEvent(LifecycleEvent event) {
        if (event instanceof LifecycleEvent.AccessRefused attempt) {
            refused.increment(reasons.stream()
                    .filter(reason -> attempt.reason().startsWith(reason))
                    .findFirst()
                    .orElse(OTHER));
        }
    }
}

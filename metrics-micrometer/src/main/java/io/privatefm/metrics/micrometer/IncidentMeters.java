/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import java.util.List;

/** What happens to namespaces besides merges and fallbacks. */
final class IncidentMeters implements OrchestratorListener {
    private static final String DONE = "DONE";
    private static final String DENIED = "DENIED";

    private final Counter created;
    private final Counter registered;
    private final Counter retraining;
    private final Counters damage;
    private final Counters deletions;
    private final Counters givenUp;

    IncidentMeters(MeterRegistry registry) {
        created = Counter.builder("pfm_namespaces_provisioned_total")
                .description("Namespaces that were made.")
                .register(registry);
        registered = Counter.builder("pfm_adapters_registered_total")
                .description("Adapter revisions that were taken.")
                .register(registry);
        retraining = Counter.builder("pfm_retraining_requested_total")
                .description("Adapters that were asked to be trained again.")
                .register(registry);
        damage = new Counters(
                registry,
                "pfm_damage_found_total",
                "Findings that were not known before, by what is the matter.",
                "verdict",
                Counters.names(Verdict.values()));
        deletions = new Counters(
                registry,
                "pfm_deletions_total",
                "Deletions that were done, and those that were asked for and denied.",
                "outcome",
                List.of(DONE, DENIED));
        givenUp = new Counters(
                registry,
                "pfm_messages_given_up_total",
                "Incoming messages that are not delivered any more.",
                "reason",
                Counters.names(DeadLetter.Reason.values()));
    }

    @Override
    public void onEvent(LifecycleEvent event) {
        if (event instanceof LifecycleEvent.NamespaceCreated) {
            created.increment();
        } else if (event instanceof LifecycleEvent.AdapterRegistered) {
            registered.increment();
        } else if (event instanceof LifecycleEvent.RetrainingRequested) {
            retraining.increment();
        } else if (event instanceof LifecycleEvent.DamageFound found) {
            damage.increment(found.verdict().name());
        } else if (event instanceof LifecycleEvent.NamespaceDeleted) {
            deletions.increment(DONE);
        } else if (event instanceof LifecycleEvent.DeletionDenied) {
            deletions.increment(DENIED);
        } else if (event instanceof LifecycleEvent.MessageGivenUp message) {
            givenUp.increment(message.reason().name());
        }
    }
}

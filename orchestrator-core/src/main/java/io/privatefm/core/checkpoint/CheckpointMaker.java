/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.core.adapter.Adapter;
import io.privatefm.core.adapter.AdapterArchive;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.merge.MergeExecutor;
import io.privatefm.core.merge.MergedVariant;
import io.privatefm.spi.Subject;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.merge.VariantPlan;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Makes a checkpoint from a plan: opens the adapters, computes the variants, publishes. Safe for use by several threads at once. */
public final class CheckpointMaker {
    private final AdapterArchive archive;
    private final MergeExecutor executor;
    private final CheckpointPublisher publisher;
    private final OrchestratorListener listener;

    public CheckpointMaker(
            AdapterArchive archive,
            MergeExecutor executor,
            CheckpointPublisher publisher,
            OrchestratorListener listener) {
        this.archive = archive;
        this.executor = executor;
        this.publisher = publisher;
        this.listener = listener;
    }

    /**
     * Computes a plan's variants and stores their blobs, which stay orphans until they are published.
     *
     * @throws io.privatefm.spi.CorruptDataException if an adapter's stored files are not what they were
     * @throws io.privatefm.spi.ConflictException if {@code stop} said so
     */
    public List<MergedVariant> compute(
            MergePlan plan, Foundation foundation, List<AdapterRow> inventory, BooleanSupplier stop) {
        Map<Subject, Adapter> adapters = new HashMap<>();
        try {
            for (AdapterRow row : inventory) {
                if (isInput(row.subject(), plan)) {
                    adapters.put(row.subject(), archive.open(row));
                }
            }
            List<MergedVariant> merged = new ArrayList<>();
            for (VariantPlan variant : plan.compute()) {
                merged.add(executor.execute(plan.namespace(), plan.version(), variant, foundation, adapters, stop));
                listener.onEvent(new LifecycleEvent.MergeProgressed(
                        plan.namespace(),
                        plan.version(),
                        merged.size(),
                        plan.compute().size()));
            }
            return merged;
        } finally {
            adapters.values().forEach(Adapter::close);
        }
    }

    /**
     * Publishes what was computed.
     *
     * @throws io.privatefm.spi.PfmException as {@link CheckpointPublisher#publish} does
     */
    public CheckpointRow publish(Publication publication, Foundation foundation, List<MergedVariant> merged) {
        return publisher.publish(publication, foundation, merged);
    }

    private static boolean isInput(Subject subject, MergePlan plan) {
        return plan.compute().stream()
                .flatMap(variant -> variant.inputs().stream())
                .anyMatch(input -> input.subject().equals(subject));
    }
}

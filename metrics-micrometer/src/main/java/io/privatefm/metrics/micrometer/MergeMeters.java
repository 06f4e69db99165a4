/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import java.time.Duration;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** What merges come to. */
final class MergeMeters implements OrchestratorListener {
    /** From the tiny model of a test to a large one on a slow disk. */
    private static final Duration[] TIMES = Stream.of(
                    "PT0.1S", "PT0.5S", "PT1S", "PT2.5S", "PT5S", "PT10S", "PT30S", "PT1M", "PT2M", "PT5M", "PT10M",
                    "PT30M", "PT1H")
            .map(Duration::parse)
            .toArray(Duration[]::new);

    /** From 1 MiB to 256 GiB. */
    private static final double[] SIZES =
            DoubleStream.iterate(1 << 20, size -> 4 * size).limit(10).toArray();

    private static final String MERGED = "MERGED";
    private static final String FAILED = "FAILED";

    private final Counters operations;
    private final Timer duration;
    private final DistributionSummary size;

    MergeMeters(MeterRegistry registry) {
        operations = new Counters(
                registry,
                "merge_operations_total",
                "Merges that led to a checkpoint, and merges that did not.",
                "outcome",
                List.of(MERGED, FAILED));
        duration = Timer.builder("merge_duration_seconds")
                .description("How long merges took that led to a checkpoint.")
                .serviceLevelObjectives(TIMES)
                .register(registry);
        size = DistributionSummary.builder("checkpoint_size_bytes")
                .description("Bytes that merged checkpoints added to the blob store.")
                .serviceLevelObjectives(SIZES)
                .register(registry);
    }

    @Override
    public void onEvent(LifecycleEvent event) {
        if (event instanceof LifecycleEvent.MergeCompleted done) {
            operations.increment(MERGED);
            duration.record(done.took());
            size.record((double) done.storedBytes());
        } else if (event instanceof LifecycleEvent.MergeFailed) {
            operations.increment(FAILED);
        }
    }
}

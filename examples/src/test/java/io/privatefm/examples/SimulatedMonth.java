/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.recovery.RebasePolicy;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.testkit.SimulatedBlobs;
import io.privatefm.testkit.SimulatedBus;
import io.privatefm.testkit.SimulatedFoundation;
import io.privatefm.testkit.SimulatedTime;
import io.privatefm.testkit.TinyAdapters;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A month of nights in a second: what a host developer runs to see how nights, releases and damage look from outside. */
final class SimulatedMonth {
    private static final List<LearnerId> LEARNERS = List.of(LearnerId.of("ada"), LearnerId.of("ben"));
    private static final Subject MATH = Subject.of("math");

    private SimulatedMonth() {}

    /** Lives through a month; gives one line for each night. The same seed gives the same lines. */
    static List<String> run(long seed) {
        // region month
        Random random = new Random(seed);
        SimulatedTime time = new SimulatedTime(Instant.parse("2026-01-01T02:00:00Z"));
        SimulatedFoundation foundation = new SimulatedFoundation(time, seed).latency(Duration.ofMillis(20));
        SimulatedBlobs blobs = new SimulatedBlobs(time, random);
        SimulatedBus bus =
                new SimulatedBus(time, random).delays(Duration.ofMinutes(5)).duplicates(0.1);
        foundation.releaseAt(time.instant().plus(Duration.ofDays(14)));
        List<String> lines = new ArrayList<>();
        try (Orchestrator pfm = Orchestrator.builder(InMemory.store(time), blobs, foundation)
                .eventBus(bus)
                .timer(time.timer())
                .clock(time)
                .executor(Runnable::run, 1)
                .random(random)
                .rebase(new RebasePolicy.FollowLatest())
                .build()) {
            LEARNERS.forEach(learner -> pfm.namespaces().provision(learner, List.of(MATH)));
            for (int day = 1; day <= 30; day++) {
                LearnerId learner = LEARNERS.get(random.nextInt(LEARNERS.size()));
                pfm.adapters()
                        .register(
                                learner,
                                MATH,
                                TinyAdapters.plain(foundation.model("r1"), day, "c_attn")
                                        .files());
                if (day == 10) {
                    foundation.unavailableFor(Duration.ofHours(12));
                }
                if (day == 20) {
                    CheckpointRow newest = pfm.checkpoints().latest(learner).orElseThrow();
                    blobs.flip(newest.nsUid(), newest.variants().get(0).blob(), 1_000);
                }
                ScrubReport scrub = pfm.recovery().scrub(ScrubRequest.DEFAULT.withNotSince(Duration.ZERO));
                NightReport night = pfm.merges().runNight();
                pfm.upkeep().relayMessages();
                lines.add("day " + day + ": " + scrub.findings() + " damaged, " + night.merged() + " merged, "
                        + night.rejected() + " rejected");
                time.advance(Duration.ofDays(1));
            }
        }
        // endregion
        lines.add(bus.delivered().size() + " messages");
        return lines;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.Orchestrator;
import io.privatefm.server.fault.Share;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.Finding;
import io.privatefm.spi.recovery.RecoveryPolicy;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.store.CheckpointRow;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Seeded corruptions, one in each namespace's newest checkpoint,")
class SeededCorruptionsTest {
    private static final int NAMESPACES = Share.of(200, 1_000, 10_000);
    private static final int BATCH = 1_000;
    private static final int ADAPTERS = 8;

    private final long seed = Share.seed();

    @Test
    @DisplayName("are all found in one scrub, and every namespace is brought back to the same checkpoint hash")
    void foundAndRecovered() {
        for (int done = 0; done < NAMESPACES; done += BATCH) {
            batch(Math.min(BATCH, NAMESPACES - done), seed + done);
        }
    }

    private static void batch(int namespaces, long seed) {
        Random random = new Random(seed);
        SimulatedSite site = new SimulatedSite(seed);
        try (Orchestrator pfm = site.builder()
                .recovery(RecoveryPolicy.DEFAULT.withBreaker(namespaces, 1, Duration.ofMinutes(10)))
                .build()) {
            Map<LearnerId, CheckpointRow> before =
                    new TreeMap<>((one, other) -> one.value().compareTo(other.value()));
            Map<LearnerId, String> done =
                    new TreeMap<>((one, other) -> one.value().compareTo(other.value()));
            for (int number = 0; number < namespaces; number++) {
                LearnerId learner = LearnerId.of("learner-" + number);
                before.put(learner, checkpoint(site, pfm, learner, random));
            }
            before.forEach((learner, row) -> done.put(learner, corrupt(site, row, random)));

            ScrubReport report = site.scrub(pfm);

            assertThat(report.results()).as("seed %s", seed).hasSize(namespaces);
            for (ScrubReport.Result result : report.results()) {
                String what = "seed " + seed + ", " + result.learner() + ": " + done.get(result.learner());
                CheckpointRow was = before.get(result.learner());
                assertThat(result.findings()).as(what).anyMatch(Finding::newest);
                assertThat(result.fallback()).as(what).get().isInstanceOf(FallbackOutcome.Recovered.class);
                CheckpointRow now = pfm.checkpoints().latest(result.learner()).orElseThrow();
                assertThat(now.checkpointHash()).as(what).isEqualTo(was.checkpointHash());
                assertThat(pfm.checkpoints().verify(result.learner(), now.version()))
                        .as(what)
                        .isEqualTo(new Verification.Intact(was.checkpointHash()));
            }
            assertThat(site.scrub(pfm).results().stream().flatMap(result -> result.findings().stream()))
                    .as("seed %s: what the newest checkpoints depend on", seed)
                    .noneMatch(Finding::newest);
            assertThat(pfm.merges().runNight().merged()).as("left to merge").isZero();
        }
    }

    private static CheckpointRow checkpoint(SimulatedSite site, Orchestrator pfm, LearnerId learner, Random random) {
        List<io.privatefm.spi.Subject> subjects =
                random.nextBoolean() ? List.of(SimulatedSite.MATH) : List.of(SimulatedSite.MATH, SimulatedSite.READING);
        Layout layout = random.nextBoolean() ? Layout.DELTA : Layout.FULL;
        pfm.namespaces().provision(learner, subjects, MergePolicy.DEFAULT.withLayout(layout));
        int merges = 1 + random.nextInt(2);
        for (int merge = 0; merge < merges; merge++) {
            for (int subject = 0; subject < subjects.size(); subject++) {
                if (merge == 0 || random.nextBoolean()) {
                    site.register(pfm, learner, subjects.get(subject), random.nextInt(ADAPTERS));
                }
            }
            pfm.merges().mergeNow(learner);
        }
        return pfm.checkpoints().latest(learner).orElseThrow();
    }

    /** Damages one blob of a checkpoint; says how. */
    static String corrupt(SimulatedSite site, CheckpointRow row, Random random) {
        List<Sha256> names = SimulatedSite.blobs(row);
        Sha256 name = names.get(random.nextInt(names.size()));
        NsUid owner = row.nsUid();
        site.blobs.heal(owner, name);
        int size = site.blobs.size(owner, name);
        String what = (name.equals(row.manifestBlob()) ? "manifest " : "variant ") + name;
        switch (random.nextInt(4)) {
            case 0 -> {
                long bit = random.nextLong(8L * size);
                site.blobs.flip(owner, name, bit);
                return "bit " + bit + " of " + what;
            }
            case 1 -> {
                int length = random.nextInt(size);
                site.blobs.truncate(owner, name, length);
                return what + " cut off at " + length;
            }
            case 2 -> {
                site.blobs.lose(owner, name);
                return what + " lost";
            }
            default -> {
                int from = random.nextInt(size);
                site.blobs.damage(owner, name, bytes -> {
                    byte[] before = bytes.clone();
                    Arrays.fill(bytes, from, size, (byte) 0);
                    if (Arrays.equals(before, bytes)) {
                        bytes[size - 1] ^= 1;
                    }
                    return bytes;
                });
                return what + " zero from " + from;
            }
        }
    }
}

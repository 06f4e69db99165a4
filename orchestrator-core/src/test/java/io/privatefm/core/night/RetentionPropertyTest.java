/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.EngineFixture;
import io.privatefm.core.InMemory;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.RetentionPolicy;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.VariantRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Merges, days, damage, legal holds, retention and orphan collection, in any order,")
class RetentionPropertyTest {
    private static final int LIVES = Boolean.getBoolean("pfm.nightly") ? 2_000 : 12;
    private static final int STEPS = 60;

    @TempDir
    private Path target;

    private int removals;
    private int exports;

    @Test
    @DisplayName("leave one run of versions up to the newest, and what recovery needs of it, every byte")
    void lives() {
        long seed = TestSeed.of(getClass());
        for (int life = 0; life < LIVES; life++) {
            List<String> steps = new ArrayList<>();
            try {
                live(new Random(seed + life), steps);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", life " + life + ", steps " + steps, e);
            }
        }
        assertThat(removals).as("versions that were removed").isGreaterThan(LIVES);
    }

    /** One namespace from its first merge on; with a vault every other time. */
    private void live(Random random, List<String> steps) {
        try (EngineFixture engine = new EngineFixture()) {
            OrchestratorBuilder builder = engine.builder()
                    .clock(engine.storeTime)
                    .retention(new RetentionPolicy(Duration.ofDays(random.nextInt(20)), 2 + random.nextInt(3)));
            engine.restart(random.nextBoolean() ? builder.keyVault(InMemory.vault()) : builder);
            engine.checkpoint(
                    MergePolicy.DEFAULT.withLayout(random.nextBoolean() ? Layout.DELTA : Layout.FULL), MATH, READING);
            KeptCheckpoints kept = new KeptCheckpoints(engine, ADA);
            for (int step = 0; step < STEPS; step++) {
                step(engine, kept, random, steps);
                kept.check();
                assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
            }
            engine.blobs.heal();
            assertThat(kept.sound()).as("sound, when nothing is damaged").containsExactlyElementsOf(kept.versions());
            engine.orchestrator().namespaces().setLegalHold(ADA, false);
            retain(engine, kept);
            kept.check();
        }
    }

    private void step(EngineFixture engine, KeptCheckpoints kept, Random random, List<String> steps) {
        int choice = random.nextInt(12);
        switch (choice) {
            case 0, 1, 2, 3 -> {
                steps.add("merge");
                merge(engine, random);
            }
            case 4, 5 -> {
                int hours = random.nextInt(200);
                steps.add(hours + " hours");
                engine.storeTime.advance(Duration.ofHours(hours));
            }
            case 6 -> {
                steps.add("damage");
                damage(engine, kept, random);
            }
            case 7 -> {
                steps.add("heal");
                engine.blobs.heal();
            }
            case 8 -> {
                steps.add("orphans");
                NavigableSet<Long> before = kept.sound();
                engine.orchestrator().upkeep().collectOrphans();
                assertThat(kept.sound()).as("what orphan collection left sound").isEqualTo(before);
            }
            case 9 -> {
                boolean held = random.nextInt(3) == 0;
                steps.add("hold " + held);
                engine.orchestrator().namespaces().setLegalHold(ADA, held);
            }
            default -> {
                steps.add("retention");
                retain(engine, kept);
            }
        }
    }

    private static void merge(EngineFixture engine, Random random) {
        engine.register(random.nextInt(3) == 0 ? READING : MATH, random.nextLong());
        MergeOutcome outcome = engine.orchestrator().merges().mergeNow(ADA);
        assertThat(outcome) // what is taken over from a damaged manifest cannot be
                .isInstanceOfAny(MergeOutcome.Merged.class, MergeOutcome.Rejected.class);
    }

    private static void damage(EngineFixture engine, KeptCheckpoints kept, Random random) {
        NamespaceRow namespace = kept.namespace();
        List<Sha256> names = engine.blobs.list(namespace.nsUid()).stream()
                .map(StoredBlob::name)
                .sorted()
                .toList();
        CheckpointRow newest = kept.rows().get(0);
        Sha256 name = random.nextInt(4) == 0
                ? newest.variants()
                        .get(random.nextInt(newest.variants().size()))
                        .blob()
                : names.get(random.nextInt(names.size()));
        engine.blobs.heal(name);
        if (random.nextBoolean()) {
            engine.blobs.lose(name);
        } else {
            engine.blobs.flip(name, random.nextInt(8 * engine.blobs.bytes(namespace.nsUid(), name).length));
        }
    }

    private void retain(EngineFixture engine, KeptCheckpoints kept) {
        NavigableSet<Long> sound = kept.sound();
        List<CheckpointRow> before = kept.rows();
        boolean held = kept.namespace().legalHold();
        long newest = before.get(0).version();
        engine.orchestrator().upkeep().applyRetention();
        List<CheckpointRow> after = kept.rows();
        assertThat(after).as("the newest stay as they were").isEqualTo(before.subList(0, after.size()));
        boolean mayRemove = sound.size() > 1 && sound.last() == newest && !held;
        if (!mayRemove) {
            assertThat(after).as("nothing goes").hasSameSizeAs(before);
        } else {
            assertThat(kept.versions()).as("what recovery needs").contains(newest, sound.lower(newest));
        }
        removals += before.size() - after.size();
        if (after.size() < before.size()) {
            for (long version : kept.sound()) {
                export(engine, version);
            }
        }
    }

    private void export(EngineFixture engine, long version) {
        for (VariantRow variant :
                engine.orchestrator().checkpoints().get(ADA, version).variants()) {
            Path directory = target.resolve("export-" + exports++);
            assertThat(engine.orchestrator().checkpoints().export(ADA, version, variant.name(), directory))
                    .isEqualTo(variant.contentHash());
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.foundation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.privatefm.core.ApiKeyAuthority;
import io.privatefm.core.InMemory;
import io.privatefm.core.ModelCheck;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.AnchorDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.server.fault.Share;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Pairs of runs that differ in nothing but what the learners are called and what their adapters hold. A seed gives what both have in
 * common: learners, subjects, nights, who trains when, and who is deleted.
 */
@DisplayName("Two installations whose learners differ")
class NonInterferenceTest {
    private static final List<Subject> SUBJECTS = List.of(Subject.of("math"), Subject.of("reading"));
    private static final String GUARDIAN = "a guardian's key of more than 32 characters";
    private static final TinyModel MODEL = TinyModels.gpt2(1, FloatType.F32);

    @TempDir
    private Path folder;

    /** What of a run is not a learner's. */
    private record Global(
            Map<String, String> foundationFiles,
            Sha256 foundationHash,
            List<String> events,
            List<String> nights,
            List<String> log) {}

    /** A run: what is global, and the learners' hashes, which must differ. */
    private record Outcome(Global global, List<Sha256> checkpoints) {}

    @Test
    @DisplayName("have the same foundation byte for byte, the same counts of events and nights, and the same log")
    void pairs() throws Exception {
        int pairs = Share.of(20, 60, 500);
        for (long seed = Share.seed(); seed < Share.seed() + pairs; seed++) {
            Outcome one = run(seed, 2 * seed, "a");
            Outcome other = run(seed, 2 * seed + 1, "b");

            assertThat(other.global()).as("-Dpfm.seed=%d", seed).isEqualTo(one.global());
            assertThat(other.checkpoints())
                    .as("-Dpfm.seed=%d: the learners do differ", seed)
                    .hasSameSizeAs(one.checkpoints())
                    .doesNotContainAnyElementsOf(one.checkpoints());
            assertThat(one.global().events()).as("what is compared").hasSizeGreaterThan(8);
            assertThat(one.global().log()).as("what is compared").isNotEmpty();
        }
    }

    private Outcome run(long structure, long data, String prefix) throws Exception {
        SplittableRandom same = new SplittableRandom(structure);
        SplittableRandom different = new SplittableRandom(data);
        Path home = Files.createTempDirectory(folder, "run");
        Path foundation = home.resolve("foundation");
        MODEL.writeTo(foundation.resolve("r1"));
        List<LifecycleEvent> events = new ArrayList<>();
        List<String> nights = new ArrayList<>();
        List<Sha256> checkpoints = new ArrayList<>();
        List<LearnerId> learners = new ArrayList<>();
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        Logger core = (Logger) LoggerFactory.getLogger("io.privatefm.core");
        AtomicLong seconds = new AtomicLong();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        core.setLevel(Level.DEBUG);
        try (Orchestrator pfm = Orchestrator.builder(
                        InMemory.store(), InMemory.blobs(), FoundationDirectory.at(foundation))
                .executor(Runnable::run, 1)
                .clock(() -> Instant.EPOCH.plusSeconds(seconds.getAndIncrement()))
                .random(new Random(structure))
                .keyVault(InMemory.vault())
                .guardianAuthority(ApiKeyAuthority.of(GUARDIAN))
                .audit("private-fm/test", key(), AnchorDirectory.at(home.resolve("anchors")))
                .addListener(events::add)
                .build()) {
            int count = 1 + same.nextInt(3);
            for (int i = 0; i < count; i++) {
                LearnerId learner = LearnerId.of(prefix + i + "-" + different.nextInt(1000));
                learners.add(learner);
                pfm.namespaces().provision(learner, SUBJECTS.subList(0, 1 + same.nextInt(2)));
            }
            int last = 2 + same.nextInt(2);
            for (int night = 0; night < last; night++) {
                for (LearnerId learner : learners) {
                    for (Subject subject : pfm.namespaces().get(learner).subjects()) {
                        if (night == 0 || same.nextBoolean()) {
                            pfm.adapters()
                                    .register(
                                            learner,
                                            subject,
                                            TinyAdapters.plain(MODEL, different.nextLong(), "c_attn")
                                                    .files());
                        }
                    }
                }
                nights.add(counts(pfm.merges().runNight()));
                for (LearnerId learner : learners) {
                    checkpoints.add(
                            pfm.checkpoints().latest(learner).orElseThrow().checkpointHash());
                }
            }
            LearnerId leaving = learners.get(same.nextInt(count));
            assertThat(pfm.guardian().delete(new GuardianRequest(leaving, "guardian", "wrong")))
                    .isInstanceOf(DeletionOutcome.Denied.class);
            assertThat(pfm.guardian().delete(new GuardianRequest(leaving, "guardian", GUARDIAN)))
                    .isInstanceOf(DeletionOutcome.Deleted.class);
            nights.add(counts(pfm.merges().runNight()));
            pfm.upkeep().sequenceAudit();
            pfm.upkeep().collectOrphans();
        } finally {
            core.setLevel(null);
            System.setErr(before);
        }
        Sha256 hash = ModelCheck.contentHash(LocalModelFiles.open(foundation.resolve("r1")), 1);
        return new Outcome(
                new Global(
                        files(foundation),
                        hash,
                        events.stream().map(NonInterferenceTest::counted).toList(),
                        nights,
                        withoutTime(log.toString(StandardCharsets.UTF_8))),
                checkpoints);
    }

    /** What a metrics module may make of an event: its type, its numbers and times. */
    private static String counted(LifecycleEvent event) {
        StringBuilder counted = new StringBuilder(event.getClass().getSimpleName());
        for (RecordComponent part : event.getClass().getRecordComponents()) {
            if (part.getType().isPrimitive() || part.getType() == Duration.class) {
                try {
                    counted.append(' ')
                            .append(part.getName())
                            .append('=')
                            .append(part.getAccessor().invoke(event));
                } catch (ReflectiveOperationException e) {
                    throw new LinkageError(e.getMessage(), e);
                }
            }
        }
        return counted.toString();
    }

    private static String counts(NightReport report) {
        return report.namespaces() + " " + report.upToDate() + " " + report.merged() + " " + report.rejected() + " "
                + report.inProgress();
    }

    /** Lines as they were logged, without those that are about a namespace: these name its uid. */
    private static List<String> withoutTime(String log) {
        return log.lines()
                .filter(line -> !line.matches(".*[0-9a-f]{32}.*"))
                .map(line -> line.replaceFirst("^[0-9:.]+ +", ""))
                .toList();
    }

    private static Map<String, String> files(Path directory) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(
                        directory.relativize(path).toString(),
                        Base64.getEncoder().encodeToString(Files.readAllBytes(path)));
            }
        }
        return files;
    }

    private static KeyPair key() throws Exception {
        return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.Orchestrator;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.ReplayReport;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What happens in a {@link SimulatedWorld}: what its processes are asked for, and what befalls them. */
final class WorldSteps {
    static final int LEARNERS = 5;
    static final int ADAPTERS = 5;
    private static final int RELEASES = 8;
    private static final List<Subject> SUBJECTS = List.of(SimulatedSite.MATH, SimulatedSite.READING);

    private final SimulatedWorld world;
    private final Random random;
    private final boolean[] deleted = new boolean[2 * LEARNERS];
    private int nights;
    private int messages;
    private int deletions;
    private int recoveries;
    private int corruptions;
    private int releases = 1;

    WorldSteps(SimulatedWorld world) {
        this.world = world;
        this.random = world.random;
    }

    int nights() {
        return nights;
    }

    int recoveries() {
        return recoveries;
    }

    int corruptions() {
        return corruptions;
    }

    int deletions() {
        return deletions;
    }

    /** Something that befalls the site. */
    void outside() {
        switch (random.nextInt(12)) {
            case 0 -> {
                if (releases < RELEASES) {
                    releases++;
                    world.log(world.site.foundation.releaseAt(world.site.time.instant()) + " appears");
                }
            }
            case 1 -> trouble();
            case 2, 3, 4, 10, 11 -> corrupt();
            case 5 -> ready();
            case 6 -> healAdapters();
            case 7 -> time(Duration.ofHours(random.nextInt(40)));
            default -> time(Duration.ofMinutes(random.nextInt(120)));
        }
    }

    private void trouble() {
        Duration length = Duration.ofMinutes(random.nextInt(180));
        switch (random.nextInt(4)) {
            case 0 -> world.site.foundation.unavailableFor(length);
            case 1 -> world.site.foundation.wrongFor(length);
            case 2 -> world.site.foundation.truncatedFor(length);
            default -> world.site.foundation.heal();
        }
        world.log("the foundation store has trouble for " + length);
    }

    private void time(Duration length) {
        world.log(length + " go by");
        world.site.time.advance(length);
    }

    /** A message says that a learner is ready, perhaps a deleted one. */
    private void ready() {
        LearnerId learner = learner();
        BusMessage message = new BusMessage(
                "ready-" + ++messages,
                "PRIVATE_BRAIN_READY",
                learner.value(),
                "{\"learner_id\":\"" + learner + "\",\"subjects\":[\"math\",\"reading\"]}");
        try {
            world.bus.publish(message);
            world.log("message for " + learner);
        } catch (UnavailableException | OutcomeUnknownException e) {
            world.log("message for " + learner + " fails: " + e.code());
        }
    }

    private void corrupt() {
        List<NamespaceRow> rows = namespaces();
        if (rows.isEmpty()) {
            return;
        }
        NamespaceRow row = rows.get(random.nextInt(rows.size()));
        List<CheckpointRow> checkpoints = checkpoints(row);
        if (checkpoints.isEmpty()) {
            return;
        }
        List<AdapterRow> adapters = adapters(row);
        if (!adapters.isEmpty() && random.nextInt(6) == 0) {
            AdapterRow adapter = adapters.get(random.nextInt(adapters.size()));
            Sha256 blob = random.nextBoolean() ? adapter.configBlob() : adapter.weightsBlob();
            world.site.blobs.heal(row.nsUid(), blob);
            world.site.blobs.flip(row.nsUid(), blob, 77);
            world.log("adapter of " + row.learner() + " is damaged");
        } else {
            CheckpointRow victim = checkpoints.get(random.nextInt(3) == 0 ? random.nextInt(checkpoints.size()) : 0);
            String how = SeededCorruptionsTest.corrupt(world.site, victim, random);
            world.log("version " + victim.version() + " of " + row.learner() + ": " + how);
        }
        corruptions++;
    }

    /** The host brings damaged adapters' files back, from where it has them. */
    void healAdapters() {
        for (NamespaceRow row : namespaces()) {
            Set<Sha256> checkpoints = new HashSet<>();
            checkpoints(row).forEach(checkpoint -> checkpoints.addAll(SimulatedSite.blobs(checkpoint)));
            for (Sha256 blob : world.site.blobs.damaged(row.nsUid())) {
                if (!checkpoints.contains(blob)) {
                    world.site.blobs.heal(row.nsUid(), blob);
                }
            }
        }
        world.log("adapters are brought back");
    }

    /** Something that a process is asked for; says what came of it. */
    String inside(Orchestrator pfm) {
        return switch (random.nextInt(22)) {
            case 0, 1 -> provision(pfm);
            case 2, 3, 4, 5 -> register(pfm);
            case 6, 7, 8, 9 -> night(pfm);
            case 10, 11, 12 -> scrub(pfm);
            case 13 -> fallback(pfm);
            case 14 -> mergeNow(pfm);
            case 15 -> "retention " + pfm.upkeep().applyRetention();
            case 16 -> "orphans " + pfm.upkeep().collectOrphans();
            case 17 -> delete(pfm);
            case 18 -> hold(pfm);
            case 19 -> {
                pfm.recovery().resume();
                yield "fallbacks go on";
            }
            case 20 -> prove(pfm);
            default -> "relay " + pfm.upkeep().relayMessages();
        };
    }

    private String provision(Orchestrator pfm) {
        LearnerId learner = learner();
        Layout layout = random.nextBoolean() ? Layout.DELTA : Layout.FULL;
        NamespaceRow row = pfm.namespaces().provision(learner, SUBJECTS, MergePolicy.DEFAULT.withLayout(layout));
        world.invariants.provisioned(row);
        return "provision " + learner;
    }

    private String register(Orchestrator pfm) {
        LearnerId learner = learner();
        Subject subject = SUBJECTS.get(random.nextInt(SUBJECTS.size()));
        long adapter = random.nextInt(ADAPTERS);
        world.site.register(pfm, learner, subject, adapter);
        return "register " + learner + " " + subject + " " + adapter;
    }

    private String night(Orchestrator pfm) {
        nights++;
        NightReport report = pfm.merges().runNight();
        report.results().forEach(result -> told(result.learner(), result.outcome()));
        return "night " + outcomes(report);
    }

    private String mergeNow(Orchestrator pfm) {
        LearnerId learner = learner();
        MergeOutcome outcome = pfm.merges().mergeNow(learner);
        told(learner, outcome);
        return "merge " + learner + " " + outcome.getClass().getSimpleName();
    }

    private void told(LearnerId learner, MergeOutcome outcome) {
        if (outcome instanceof MergeOutcome.Merged merged) {
            world.invariants.merged(learner, merged.checkpoint());
        }
        if (outcome instanceof MergeOutcome.Rejected rejected) {
            assertThat(rejected.reason()).doesNotContain("internal error");
        }
    }

    private String scrub(Orchestrator pfm) {
        ScrubLevel[] levels = ScrubLevel.values();
        ScrubRequest request = ScrubRequest.DEFAULT
                .withLevel(levels[random.nextInt(levels.length)])
                .withNotSince(random.nextBoolean() ? Duration.ZERO : Duration.ofHours(6))
                .withMostNamespaces(1 + random.nextInt(LEARNERS))
                .withRecover(random.nextInt(4) > 0);
        ScrubReport report = pfm.recovery().scrub(request);
        report.results().forEach(result -> {
            assertThat(result.unreadable().orElse("")).doesNotContain("internal error");
            result.fallback().ifPresent(outcome -> told(result.learner(), outcome));
        });
        return "scrub " + request.level() + " " + outcomes(report);
    }

    private String fallback(Orchestrator pfm) {
        LearnerId learner = learner();
        RestorePoint point = switch (random.nextInt(3)) {
            case 0 -> new RestorePoint.Version(1 + random.nextInt(4));
            case 1 -> new RestorePoint.Time(world.site.time.instant().minus(Duration.ofHours(random.nextInt(48))));
            default -> new RestorePoint.Newest();
        };
        FallbackOutcome outcome = pfm.recovery().fallback(learner, point);
        told(learner, outcome);
        return "fallback " + learner + " " + point + " " + outcome(outcome);
    }

    private void told(LearnerId learner, FallbackOutcome outcome) {
        if (outcome instanceof FallbackOutcome.Recovered recovered) {
            recoveries++;
            world.invariants.merged(learner, recovered.checkpoint());
        }
    }

    private String delete(Orchestrator pfm) {
        LearnerId learner = learner();
        if (world.vault == null || random.nextInt(6) > 0) {
            return "deletes nobody";
        }
        DeletionOutcome outcome = pfm.guardian().delete(new GuardianRequest(learner, "parent", "secret"));
        if (outcome instanceof DeletionOutcome.Deleted gone) {
            deletions++;
            deleted[Integer.parseInt(learner.value().substring("learner-".length()))] = true;
            world.invariants.deleted(learner, gone.receipt().namespace());
        }
        return "delete " + learner + " " + outcome.getClass().getSimpleName();
    }

    private String hold(Orchestrator pfm) {
        LearnerId learner = learner();
        boolean held = random.nextInt(4) == 0;
        pfm.namespaces().setLegalHold(learner, held);
        return "hold " + learner + " " + held;
    }

    private String prove(Orchestrator pfm) {
        LearnerId learner = learner();
        var report = pfm.recovery().prove(learner);
        assertThat(report).isInstanceOf(ReplayReport.Equal.class);
        return "prove " + learner;
    }

    static List<String> outcomes(NightReport report) {
        List<String> outcomes = new ArrayList<>();
        report.results()
                .forEach(result -> outcomes.add(result.learner() + " "
                        + (result.outcome() instanceof MergeOutcome.Rejected rejected
                                ? rejected.reason()
                                : result.outcome().getClass().getSimpleName())));
        return outcomes;
    }

    static List<String> outcomes(ScrubReport report) {
        List<String> outcomes = new ArrayList<>();
        report.results()
                .forEach(result -> outcomes.add(result.learner() + " " + result.findings()
                        + result.unreadable().orElse("")
                        + result.fallback().map(WorldSteps::outcome).orElse("")));
        return outcomes;
    }

    private static String outcome(FallbackOutcome outcome) {
        return outcome instanceof FallbackOutcome.Recovered recovered
                ? "Recovered " + recovered.rung() + " " + recovered.checkpoint().version()
                : outcome.toString();
    }

    private LearnerId learner() {
        int number = random.nextInt(LEARNERS);
        if (deleted[number] && random.nextInt(4) > 0) {
            number += LEARNERS; // somebody else came
        }
        return LearnerId.of("learner-" + number);
    }

    private List<NamespaceRow> namespaces() {
        return world.site.store.inTransaction(tx -> tx.namespaces(null, 100)).stream()
                .filter(row -> row.state() != NamespaceState.DELETED && row.state() != NamespaceState.DELETING)
                .toList();
    }

    private List<CheckpointRow> checkpoints(NamespaceRow row) {
        return world.site.store.inTransaction(tx -> tx.checkpoints(row.nsUid(), Integer.MAX_VALUE)).stream()
                .filter(checkpoint -> SimulatedSite.blobs(checkpoint).stream()
                        .allMatch(blob -> world.site.blobs.size(row.nsUid(), blob) > 0))
                .toList();
    }

    private List<AdapterRow> adapters(NamespaceRow row) {
        return world.site.store.inTransaction(tx -> tx.adapters(row.nsUid()));
    }
}

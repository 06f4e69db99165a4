/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.checkpoint.RetentionPolicy;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.recovery.RebasePolicy;
import io.privatefm.spi.recovery.RecoveryPolicy;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.testkit.FaultyStore;
import io.privatefm.testkit.SimulatedBus;
import io.privatefm.testkit.SimulatedCrash;
import io.privatefm.testkit.SimulatedProcess;
import io.privatefm.testkit.SimulatedTimer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A simulated site with three processes over one store, in which everything goes wrong that can, from one seed and on one thread. What runs
 * at the same time in a real site is interleaved: between any two calls of a process another may do a step of its own, time may go by, or
 * the process ends.
 */
final class SimulatedWorld {
    private static final int NODES = 3;
    private static final int DEEPEST = 2;
    private static final int ROUNDS = 40;
    private static final int LAST_LINES = 60;

    final Random random;
    final SimulatedSite site;
    final SimulatedBus bus;
    final @Nullable KeyVault vault;
    final ReferenceHashes reference;
    final WorldInvariants invariants;
    final int maxLag;
    private final RebasePolicy rebase;
    private final RetentionPolicy retention;
    private final WorldSteps steps;
    private final List<@Nullable SimulatedNode> nodes = new ArrayList<>();
    private final Deque<Integer> running = new ArrayDeque<>();
    private final Deque<String> trace = new ArrayDeque<>();
    private final MessageDigest traced = sha256();
    private boolean calm;
    private int crashes;
    private int interleaved;
    private int failedTransactions;

    SimulatedWorld(long seed) {
        random = new Random(seed);
        site = new SimulatedSite(seed);
        bus = new SimulatedBus(site.time, random).duplicates(0.1).delays(Duration.ofMinutes(2));
        vault = random.nextBoolean() ? InMemory.vault(site.time) : null;
        reference = new ReferenceHashes(seed);
        maxLag = 1 + random.nextInt(3);
        rebase = switch (random.nextInt(3)) {
            case 0 -> new RebasePolicy.Pinned();
            case 1 -> new RebasePolicy.FollowLatest();
            default -> new RebasePolicy.Staged(30);
        };
        retention = new RetentionPolicy(Duration.ofDays(random.nextInt(10)), 2 + random.nextInt(3));
        invariants = new WorldInvariants(this);
        steps = new WorldSteps(this);
        for (String topic : WorldInvariants.TOPICS) {
            bus.subscribe(topic, "host", message -> {});
        }
        for (int number = 0; number < NODES; number++) {
            nodes.add(null);
        }
        log("vault " + (vault != null) + ", lag " + maxLag + ", " + rebase + ", " + retention);
    }

    /** Lives through some nights, then lets everything heal, and checks that it did. */
    void live(int nights) {
        try {
            faults(0.004);
            while (steps.nights() < nights) {
                step();
            }
            converge();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(String.join("\n", trace), e);
        } finally {
            for (int number = 0; number < NODES; number++) {
                bury(number);
            }
        }
    }

    /** Hash of all steps and of what they led to. */
    Sha256 trace() {
        try {
            return Sha256.of(((MessageDigest) traced.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    int crashes() {
        return crashes;
    }

    int interleaved() {
        return interleaved;
    }

    int failedTransactions() {
        return failedTransactions;
    }

    WorldSteps steps() {
        return steps;
    }

    /** An orchestrator that meets no faults, to look with. */
    Orchestrator observer() {
        return build(site.builder());
    }

    void log(String line) {
        String whole = "  ".repeat(running.size()) + site.time.instant() + " " + line;
        traced.update(whole.getBytes(StandardCharsets.UTF_8));
        trace.add(whole);
        if (trace.size() > LAST_LINES) {
            trace.remove();
        }
        if (Boolean.getBoolean("pfm.trace")) {
            System.out.println(whole);
        }
    }

    boolean isCalm() {
        return calm;
    }

    private void faults(double share) {
        site.blobs.readFaults(share / 4).writeFaults(share);
        bus.faults(share * 10);
        calm = share == 0;
    }

    private void step() {
        int number = random.nextInt(NODES);
        if (random.nextInt(5) < 2) {
            steps.outside();
        }
        inside(number);
        invariants.check();
    }

    /** Lets one process do something. */
    private void inside(int number) {
        SimulatedNode node = node(number);
        if (node == null) {
            return;
        }
        running.push(number);
        String what = "node " + number + " ";
        try {
            what += steps.inside(node.pfm());
        } catch (SimulatedCrash e) {
            what += "dies " + e.getMessage();
        } catch (PfmException e) {
            what += "fails: " + e.code() + " " + e.getMessage();
            assertThat(isExpected(e))
                    .as("an error that a caller can expect: %s", e)
                    .isTrue();
        } finally {
            running.pop();
        }
        log(what);
        if (node.process().crashed()) {
            crashes++;
            bury(number);
        }
    }

    private static boolean isExpected(PfmException e) {
        return switch (e.code()) {
            case NAMESPACE_NOT_FOUND,
                    NAMESPACE_DELETED,
                    CHECKPOINT_NOT_FOUND,
                    CONFLICT,
                    UNAVAILABLE,
                    OUTCOME_UNKNOWN,
                    FOUNDATION_WRONG,
                    CORRUPT_DATA,
                    KEY_DESTROYED,
                    MODEL_INVALID -> true;
            default -> false;
        };
    }

    private @Nullable SimulatedNode node(int number) {
        SimulatedNode node = nodes.get(number);
        if (node == null) {
            node = boot(number);
            nodes.set(number, node);
        }
        return node;
    }

    private void bury(int number) {
        SimulatedNode node = nodes.get(number);
        if (node != null) {
            node.bury();
            nodes.set(number, null);
        }
    }

    /** Starts a process; null if it could not start, as when the store did not answer. */
    private @Nullable SimulatedNode boot(int number) {
        SimulatedTimer timer = site.time.timer();
        SimulatedProcess process = new SimulatedProcess();
        FaultyStore faulty = new FaultyStore(site.store).failAs(this::fault);
        OrchestratorBuilder builder = site.builder(
                        process.watch(OrchestratorStore.class, faulty),
                        process.watch(BlobStore.class, site.blobs),
                        timer)
                .eventBus(bus);
        Orchestrator pfm = build(builder, process);
        SimulatedNode node = new SimulatedNode(number, process, timer, pfm);
        try {
            pfm.start();
        } catch (PfmException | SimulatedCrash e) {
            log("node " + number + " does not start: " + e.getMessage());
            node.bury();
            return null;
        }
        process.between(point -> between(node, point));
        return node;
    }

    private Orchestrator build(OrchestratorBuilder builder) {
        return policies(builder, vault).build();
    }

    private Orchestrator build(OrchestratorBuilder builder, SimulatedProcess process) {
        return policies(builder, vault == null ? null : process.watch(KeyVault.class, vault))
                .build();
    }

    private OrchestratorBuilder policies(OrchestratorBuilder builder, @Nullable KeyVault keys) {
        builder.rebase(rebase)
                .retention(retention)
                .recovery(RecoveryPolicy.DEFAULT.withMaxVersionLag(maxLag).withBreaker(20, 1, Duration.ofMinutes(10)));
        return keys == null
                ? builder
                : builder.keyVault(keys).guardianAuthority(request -> new Decision.Granted("simulated"));
    }

    private Optional<FaultyStore.Fault> fault() {
        if (calm || random.nextInt(60) > 0) {
            return Optional.empty();
        }
        failedTransactions++;
        FaultyStore.Fault[] kinds = FaultyStore.Fault.values();
        return Optional.of(kinds[random.nextInt(kinds.length)]);
    }

    /** What may happen between two calls of a process. */
    private void between(SimulatedNode node, String point) {
        if (calm || running.isEmpty() || running.peek() != node.number()) {
            return;
        }
        int chance = random.nextInt(600);
        if (chance == 0) {
            node.process().crash();
        } else if (chance < 8 && running.size() <= DEEPEST) {
            int other = (node.number() + 1 + random.nextInt(NODES - 1)) % NODES;
            if (!running.contains(other)) {
                interleaved++;
                log("node " + node.number() + " is " + point + ", meanwhile");
                inside(other);
                invariants.checkRows();
            }
        } else if (chance < 14) {
            boolean stalls = random.nextBoolean();
            Duration length = Duration.ofSeconds(random.nextInt(stalls ? 300 : 60));
            log("node " + node.number() + " is " + point + ", " + length + (stalls ? " in which it stands still" : ""));
            if (stalls) {
                node.timer().stall();
            }
            site.time.advance(length);
            node.timer().goOn();
        }
    }

    /** No more faults: everything that is not beyond repair comes right by itself, or when an operator asks for it. */
    private void converge() {
        log("all is calm now");
        faults(0);
        site.foundation.heal();
        steps.healAdapters();
        for (int number = 0; number < NODES; number++) {
            bury(number);
        }
        site.time.advance(Duration.ofMinutes(15));
        int round = 0;
        boolean quiet = false;
        while (!quiet) {
            assertThat(round++).as("rounds until all is quiet").isLessThan(ROUNDS);
            SimulatedNode node = node(round % NODES);
            assertThat(node).as("a process starts when all is calm").isNotNull();
            quiet = round(node.pfm());
            invariants.check();
            site.time.advance(Duration.ofMinutes(15));
        }
        for (int number = 0; number < NODES; number++) {
            node(number).pfm().upkeep().relayMessages();
        }
        site.time.advance(Duration.ofHours(6));
        invariants.checkQuiet();
    }

    private boolean round(Orchestrator pfm) {
        pfm.recovery().resume();
        pfm.guardian().resume();
        for (NamespaceRow row : pfm.namespaces().page(null, 100)) {
            if (row.state() == NamespaceState.CORRUPTED) {
                log("an operator brings back " + row.learner() + ": "
                        + pfm.recovery().fallback(row.learner(), new RestorePoint.Newest()));
            }
        }
        ScrubReport scrub = pfm.recovery()
                .scrub(ScrubRequest.DEFAULT.withNotSince(Duration.ZERO).withLevel(ScrubLevel.L3));
        log("scrub " + WorldSteps.outcomes(scrub));
        var night = pfm.merges().runNight();
        log("night " + WorldSteps.outcomes(night));
        pfm.upkeep().relayMessages();
        boolean sound = scrub.results().stream()
                .allMatch(result -> result.unreadable().isEmpty()
                        && result.findings().stream().noneMatch(finding -> finding.newest()));
        boolean active = pfm.namespaces().page(null, 100).stream()
                .allMatch(row -> row.state() == NamespaceState.ACTIVE || row.state() == NamespaceState.DELETED);
        return sound && active && night.results().isEmpty();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

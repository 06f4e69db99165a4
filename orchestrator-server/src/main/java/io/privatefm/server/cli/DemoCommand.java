/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.core.ApiKeyAuthority;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.AdapterDirectory;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.server.config.BusUrl;
import io.privatefm.server.config.RecoveryRules;
import io.privatefm.server.config.Setting;
import io.privatefm.server.home.DataDirectory;
import io.privatefm.server.home.HomeAudit;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.server.home.HomeFile;
import io.privatefm.server.home.HomeKeys;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.guardian.DeletionReceipt;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.recovery.RecoveryPolicy;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.VariantRow;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm demo}: the main job, end to end, on embedded defaults and a small trained foundation. */
@Command(
        name = "demo",
        description =
                "Provisions learners by events, merges a night, verifies every checkpoint, exports one; then damages one,"
                        + " finds it and brings it back, and moves all to a new foundation release.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(DemoCommand.class);
    private static final int MOST_LEARNERS = 9999;
    private static final Duration LEASE_TIME = Duration.ofSeconds(5);

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--learners", paramLabel = "N", description = "How many learners. Default: 20.")
    private int learners = 20;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Data directory, made if absent. Default: a new temporary directory.")
    private Optional<Path> home = Optional.empty();

    @Option(
            names = "--database",
            paramLabel = "URL",
            description = "jdbc: or postgresql://user:password@host:port/name. Default: a file in the data directory.")
    private Optional<String> database = Optional.empty();

    @Option(
            names = "--keys",
            paramLabel = "DIR",
            description = "Key vault, outside the data directory. Default: beside it, of its name with .keys added.")
    private Optional<Path> keys = Optional.empty();

    @Option(
            names = "--bus",
            paramLabel = "URL",
            description = "redis:// or rediss://user:password@host:port/database, which the demo's events go through."
                    + " Default: inside this process.")
    private Optional<String> busUrl = Optional.empty();

    @Option(
            names = "--delete-one",
            description = "At the end, deletes the last learner as at a guardian's request, and leaves the receipt.")
    private boolean deleteOne;

    @Option(
            names = "--without-recovery",
            description = "Leaves out the damage, the fallbacks and the new foundation releases.")
    private boolean withoutRecovery;

    @Option(names = "--seed", paramLabel = "S", description = "Draws what the derived learners need. Default: 1.")
    private long seed = 1;

    @Override
    public Integer call() throws IOException {
        if (learners < 1 || learners > MOST_LEARNERS) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, "--learners must be 1 to " + MOST_LEARNERS + ", not " + learners);
        }
        RecoveryPolicy rules = RecoveryRules.of(System.getenv());
        try (EventBus bus = busUrl.isPresent() ? BusUrl.open(busUrl.get()) : InMemory.bus()) {
            return run(bus, rules);
        }
    }

    private int run(EventBus bus, RecoveryPolicy rules) throws IOException {
        Path directory =
                home.isPresent() ? Files.createDirectories(home.get()) : Files.createTempDirectory("pfm-demo-");
        DemoHome data = new DemoHome(directory);
        List<LearnerId> ids = data.unpack(learners, seed);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%d learners: %d with adapters as they were trained, %d derived from these with seed %d (simulated)%n",
                ids.size(), Math.min(ids.size(), data.trained()), Math.max(0, ids.size() - data.trained()), seed);
        HomeAudit audit = HomeAudit.open(directory);
        String guardianKey = guardianKey();
        try (HomeDatabase opened = HomeDatabase.open(directory, database);
                Orchestrator pfm = Orchestrator.builder(
                                opened.store(),
                                BlobDirectory.at(directory),
                                FoundationDirectory.at(DataDirectory.foundation(directory)))
                        .eventBus(bus)
                        .keyVault(HomeKeys.open(directory, keys))
                        .guardianAuthority(ApiKeyAuthority.of(guardianKey))
                        .audit(audit.origin(), audit.key(), HomeAudit.anchors(directory))
                        .leaseTime(LEASE_TIME)
                        .recovery(rules)
                        .adapterStore(AdapterDirectory.at(DemoHome.adapters(directory)))
                        .addListener(new ProgressBar(spec.commandLine().getErr(), CommandLine.Help.Ansi.AUTO.enabled()))
                        .build()) {
            pfm.start();
            DemoPlatform platform = new DemoPlatform(bus, pfm, opened.store(), DemoHome.adapters(directory));
            List<LearnerId> present = provision(out, pfm, platform, ids);
            NightReport night = runNight(out, pfm);
            try (DemoTurn turn = DemoTurn.take(directory)) {
                DemoRecovery recovery = new DemoRecovery(out, directory, pfm, turn, rules.maxVersionLag());
                recovery.mendLeftover();
                printTable(out, pfm, present, night);
                boolean sound = verifyAll(out, pfm, present);
                if (!present.isEmpty()) {
                    export(out, pfm, directory, present.get(0));
                }
                if (!withoutRecovery && !present.isEmpty() && sound) {
                    sound = recover(out, pfm, recovery, present);
                }
                if (deleteOne && !present.isEmpty()) {
                    settle(opened.store(), pfm);
                    delete(out, pfm, directory, present.get(present.size() - 1), guardianKey);
                }
                settle(opened.store(), pfm);
                printCommands(out, directory);
                if (night.inProgress() > 0) {
                    throw new UnavailableException(
                            night.inProgress() + " namespaces were still being merged by another process");
                }
                return sound && night.rejected() == 0 ? ExitCode.DONE : ExitCode.VERIFICATION_FAILED;
            }
        }
    }

    private void printCommands(PrintWriter out, Path directory) {
        String more = directory + (database.isPresent() ? " --database …" : "");
        out.println("scrub again:     ./pfm scrub --home " + more + " --older-than 0");
        out.println("audit log:       ./pfm audit verify --home " + more);
    }

    private static boolean recover(PrintWriter out, Orchestrator pfm, DemoRecovery recovery, List<LearnerId> present)
            throws IOException {
        boolean same = recovery.damageAndFallBack(present.get(0));
        boolean moved = recovery.lag(present, () -> runNight(out, pfm))
                .map(night -> night.rejected() == 0 && night.inProgress() == 0)
                .orElse(true);
        boolean sound = verifyAll(out, pfm, present);
        return same && moved && sound;
    }

    /** Runs nights until no namespace is left that another process, or one that died, still has a lease on. */
    private static NightReport runNight(PrintWriter out, Orchestrator pfm) {
        NightReport first = pfm.merges().runNight();
        print(out, first);
        if (first.inProgress() == 0) {
            return first;
        }
        NightReport last = Rounds.repeat(pfm.merges()::runNight, night -> night.inProgress() == 0);
        if (last.inProgress() == 0) {
            print(out, last);
        }
        return last;
    }

    /** Sends what waits and signs what was done, also what a process that died had in hand: that waits as long as its leases. */
    private static void settle(OrchestratorStore store, Orchestrator pfm) {
        boolean settled = Rounds.repeat(() -> settledNow(store, pfm), now -> now);
        if (!settled) {
            LOG.warn("messages or audit entries still wait; the next run goes on with them");
        }
    }

    private static boolean settledNow(OrchestratorStore store, Orchestrator pfm) {
        long messages = pfm.upkeep().relayMessages();
        long entries = pfm.upkeep().sequenceAudit();
        LOG.debug("{} messages and {} audit entries at the end", messages, entries);
        return store.inTransaction(
                tx -> tx.outbox().depth() == 0 && tx.audit().unsequenced(1).isEmpty());
    }

    private static void print(PrintWriter out, NightReport night) {
        String elsewhere = night.inProgress() == 0 ? "" : ", " + night.inProgress() + " being merged elsewhere";
        out.printf(
                "the night: %d merged, %d rejected, %d up to date%s%n",
                night.merged(), night.rejected(), night.upToDate(), elsewhere);
    }

    /** Namespaces and adapters by events. Gives the learners who were not deleted in an earlier run. */
    private static List<LearnerId> provision(
            PrintWriter out, Orchestrator pfm, DemoPlatform platform, List<LearnerId> ids) throws IOException {
        platform.ready(ids);
        List<LearnerId> present = new ArrayList<>();
        for (LearnerId learner : ids) {
            if (pfm.namespaces().find(learner).isEmpty()) {
                out.printf("%s was deleted, and no event brings anybody back%n", learner);
            } else {
                present.add(learner);
            }
        }
        platform.trained(present);
        return present;
    }

    /** The environment's, else one that nobody but this run knows. */
    private static String guardianKey() {
        return Setting.GUARDIAN_API_KEY.in(System.getenv()).orElseGet(DrawnKey::text);
    }

    private static void delete(PrintWriter out, Orchestrator pfm, Path directory, LearnerId learner, String guardianKey)
            throws IOException {
        GuardianRequest request = new GuardianRequest(learner, "demo-guardian", guardianKey);
        DeletionOutcome outcome = pfm.guardian().delete(request);
        if (!(outcome instanceof DeletionOutcome.Deleted deleted)) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, learner + " was not deleted: " + outcome);
        }
        DeletionReceipt receipt = deleted.receipt();
        Path file = directory.resolve("receipts").resolve(receipt.namespace() + ".json");
        HomeFile.write(file, (receipt.document() + "\n").getBytes(StandardCharsets.UTF_8));
        out.printf("deleted %s: key %s is destroyed, its data with it%n", learner, receipt.keyId());
        out.println("check receipt:   ./pfm audit verify --home " + directory + " --receipt " + file);
    }

    /** The newest checkpoint of every learner, and why a namespace was rejected. */
    private static void printTable(PrintWriter out, Orchestrator pfm, List<LearnerId> ids, NightReport night) {
        String row = "%-36s  %7s  %-8s  %-64s  %9s  %7s%n";
        out.printf(Locale.ROOT, row, "learner", "version", "variant", "content hash", "bytes", "changed");
        for (LearnerId learner : ids) {
            pfm.checkpoints()
                    .latest(learner)
                    .ifPresent(checkpoint -> checkpoint
                            .variants()
                            .forEach(variant -> out.printf(
                                    Locale.ROOT,
                                    row,
                                    learner,
                                    checkpoint.version(),
                                    variant.name(),
                                    variant.contentHash(),
                                    variant.blobBytes(),
                                    variant.changedTensors())));
        }
        for (NightReport.Result result : night.results()) {
            if (result.outcome() instanceof MergeOutcome.Rejected rejected) {
                out.printf("%-36s  rejected: %s%n", result.learner(), rejected.reason());
            }
        }
    }

    private static boolean verifyAll(PrintWriter out, Orchestrator pfm, List<LearnerId> ids) {
        int damaged = 0;
        for (LearnerId learner : ids) {
            Optional<CheckpointRow> latest = pfm.checkpoints().latest(learner);
            boolean intact = latest.map(
                            row -> pfm.checkpoints().verify(learner, row.version()) instanceof Verification.Intact)
                    .orElse(false);
            damaged += intact ? 0 : 1;
        }
        out.printf("verified %d checkpoints: %d damaged%n", ids.size(), damaged);
        return damaged == 0;
    }

    private static void export(PrintWriter out, Orchestrator pfm, Path directory, LearnerId learner)
            throws IOException {
        CheckpointRow checkpoint = pfm.checkpoints().latest(learner).orElseThrow();
        VariantRow variant = checkpoint.variants().get(0);
        Path target = Files.createDirectories(DemoHome.inTheClear(directory).resolve("export"))
                .resolve(checkpoint.nsUid() + "-v" + checkpoint.version() + "-" + variant.name());
        try {
            Sha256 hash = pfm.checkpoints().export(learner, checkpoint.version(), variant.name(), target);
            out.printf("exported %s of %s: content hash %s%n", variant.name(), learner, hash);
        } catch (AlreadyExistsException e) {
            out.printf("exported %s of %s in another run%n", variant.name(), learner);
        }
        out.println("verify it:       ./pfm verify " + target + " --hash " + variant.contentHash());
        out.println("export another:  ./pfm export --home " + directory + " --learner " + learner + " --checkpoint "
                + checkpoint.version() + " --variant reading --out " + target.resolveSibling("another"));
    }
}

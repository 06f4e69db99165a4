/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.core.Orchestrator;
import io.privatefm.server.home.HomeFile;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.Finding;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.VariantRow;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The demo's end: one byte of a stored checkpoint is flipped, a scrub finds it, the namespace falls back to the same content hash; then
 * four new foundation releases appear, and all namespaces fall back to the newest. A demo that is killed in the middle leaves a note of
 * the damage, which the next one mends first.
 */
final class DemoRecovery {
    private static final String NOTE = "demo.damaged";
    private static final ScrubRequest SCRUB =
            ScrubRequest.DEFAULT.withLevel(ScrubLevel.L0).withNotSince(Duration.ZERO);

    private final PrintWriter out;
    private final Path home;
    private final Orchestrator pfm;
    private final DemoTurn turn;
    private final int maxVersionLag;

    DemoRecovery(PrintWriter out, Path home, Orchestrator pfm, DemoTurn turn, int maxVersionLag) {
        this.out = out;
        this.home = home;
        this.pfm = pfm;
        this.turn = turn;
        this.maxVersionLag = maxVersionLag;
    }

    /** Mends what a demo damaged that did not come to its end. */
    void mendLeftover() throws IOException {
        turn.requireHeld();
        Path note = home.resolve(NOTE);
        if (Files.exists(note)) {
            out.println("an earlier demo ended before it had mended what it damaged: "
                    + Files.readString(note).strip());
            tell(scrub());
            Files.delete(note);
        }
    }

    /**
     * Damages a learner's newest checkpoint and lets a scrub find it.
     *
     * @return whether the learner has the same content hashes again
     */
    boolean damageAndFallBack(LearnerId learner) throws IOException {
        turn.requireHeld();
        CheckpointRow before = pfm.checkpoints().latest(learner).orElseThrow();
        VariantRow variant = before.variants().get(0);
        Path file = blob(before, variant);
        Path note = home.resolve(NOTE);
        String what = variant.name() + " of " + learner + ", version " + before.version();
        HomeFile.write(note, (what + "\n").getBytes(StandardCharsets.UTF_8));
        long position = flipMiddle(file);
        out.printf("damage:   one bit of byte %d of %s is flipped: %s%n", position, what, file);
        ScrubReport report = scrub();
        tell(report);
        Files.delete(note);
        CheckpointRow after = pfm.checkpoints().latest(learner).orElseThrow();
        boolean same = after.checkpointHash().equals(before.checkpointHash())
                && after.variants().get(0).contentHash().equals(variant.contentHash())
                && after.version() > before.version();
        out.printf(
                "          content hash of %s before: %s%n          and in version %-6d after: %s, %s%n",
                variant.name(),
                variant.contentHash(),
                after.version(),
                after.variants().get(0).contentHash(),
                same ? "the same" : "NOT THE SAME");
        return same;
    }

    /**
     * Adds the later foundation releases, and lets a night find namespaces too far behind.
     *
     * @param night runs one
     * @return what the night did; empty if there was no new release
     */
    Optional<NightReport> lag(List<LearnerId> learners, Supplier<NightReport> night) throws IOException {
        List<String> added = DemoReleases.add(home, turn);
        List<FoundationRelease> releases = DemoReleases.present(home);
        if (added.isEmpty()) {
            out.printf(
                    "releases: none is new, the newest is %s: no namespace is behind it by more than before%n",
                    releases.get(releases.size() - 1).name());
            return Optional.empty();
        }
        FoundationRelease newest = releases.get(releases.size() - 1);
        out.printf("releases: %d new ones of the foundation appear: %s%n", added.size(), String.join(", ", added));
        CheckpointRow before = pfm.checkpoints().latest(learners.get(0)).orElseThrow();
        out.printf(
                "lag:      %s is on %s, %d releases behind %s; %d are allowed%n",
                learners.get(0),
                before.foundationRelease(),
                newest.ordinal() - ordinal(releases, before.foundationRelease()),
                newest.name(),
                maxVersionLag);
        NightReport report = night.get();
        long there = learners.stream()
                .flatMap(learner -> pfm.checkpoints().latest(learner).stream())
                .filter(row -> row.foundationRelease().equals(newest.name()))
                .count();
        CheckpointRow after = pfm.checkpoints().latest(learners.get(0)).orElseThrow();
        out.printf(
                "fallback: %d of %d namespaces are on %s now; %s has version %d, content hash of %s: %s%n",
                there,
                learners.size(),
                newest.name(),
                learners.get(0),
                after.version(),
                after.variants().get(0).name(),
                after.variants().get(0).contentHash());
        return Optional.of(report);
    }

    private static int ordinal(List<FoundationRelease> releases, String name) {
        return releases.stream()
                .filter(release -> release.name().equals(name))
                .findFirst()
                .orElseThrow()
                .ordinal();
    }

    /** Until nothing is in the hands of another process, or of one that died. */
    private ScrubReport scrub() {
        return Rounds.repeat(
                () -> pfm.recovery().scrub(SCRUB),
                report -> report.results().stream()
                        .flatMap(result -> result.fallback().stream())
                        .noneMatch(outcome -> outcome instanceof FallbackOutcome.InProgress
                                || outcome instanceof FallbackOutcome.Failed));
    }

    private void tell(ScrubReport report) {
        out.printf(
                "scrub:    %d namespaces, %d bytes: %d findings%n",
                report.namespaces(), report.bytes(), report.findings());
        for (ScrubReport.Result result : report.results()) {
            for (Finding finding : result.findings()) {
                out.printf("          %s: %s%n", result.learner(), finding);
            }
            result.unreadable().ifPresent(reason -> out.printf("          %s: %s%n", result.learner(), reason));
            result.fallback()
                    .ifPresent(outcome ->
                            out.printf("fallback: %s: %s%n", result.learner(), new ShownOutcome(outcome).line()));
        }
    }

    private Path blob(CheckpointRow row, VariantRow variant) {
        String name = variant.blob().hex();
        return home.resolve("blobs")
                .resolve(row.nsUid().value())
                .resolve(name.substring(0, 2))
                .resolve(name);
    }

    private static long flipMiddle(Path file) throws IOException {
        if (!file.toFile().setWritable(true)) {
            throw new IOException("cannot make " + file + " writable");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long position = channel.size() / 2;
            ByteBuffer one = ByteBuffer.allocate(1);
            if (channel.read(one, position) != 1) {
                throw new IOException(file + " is empty");
            }
            one.put(0, (byte) (one.get(0) ^ 1)).flip();
            if (channel.write(one, position) != 1) {
                throw new IOException("cannot write " + file);
            }
            channel.force(true);
            return position;
        } finally {
            file.toFile().setReadOnly();
        }
    }
}

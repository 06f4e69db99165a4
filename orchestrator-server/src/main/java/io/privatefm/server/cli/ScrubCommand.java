/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.recovery.Finding;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm scrub}: looks for damage, and brings back what is damaged. */
@Command(
        name = "scrub",
        description = "Reads what is stored again, says what is damaged, and brings back namespaces whose newest"
                + " checkpoint is. Exit code 1 if anything was found, also if it was brought back; 3 if nothing was"
                + " found, but something could not be looked at.",
        mixinStandardHelpOptions = true)
final class ScrubCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Home home = new Home();

    @Option(
            names = "--mirror",
            paramLabel = "DIR",
            description = "A copy of the data directory, with blobs/: what is damaged is copied back from it.")
    private Optional<Path> mirror = Optional.empty();

    @Option(
            names = "--level",
            paramLabel = "0-3",
            description = "0: stored bytes and the database. 1: also decrypted and hashed. 2: also shapes and values."
                    + " 3: also computed anew. Default: 2.")
    private int level = 2;

    @Option(
            names = "--older-than",
            paramLabel = "TIME",
            description = "Namespaces that were scrubbed within this time are passed over: 30m, 24h, 7d, or 0 for none."
                    + " Default: 24h.")
    private String olderThan = "24h";

    @Option(
            names = "--bytes-per-second",
            paramLabel = "N",
            description = "How many stored bytes are read in a second at most. Default: no limit.")
    private long bytesPerSecond;

    @Option(names = "--limit", paramLabel = "N", description = "Ends after so many namespaces. Default: all.")
    private int limit = Integer.MAX_VALUE;

    @Option(names = "--no-fallback", description = "Brings nothing back.")
    private boolean noFallback;

    @Override
    public Integer call() throws IOException {
        ScrubRequest request = new ScrubRequest(
                level(), GivenTime.parse("--older-than", olderThan), bytesPerSecond, limit, !noFallback);
        try (OpenRecovery opened = OpenRecovery.of(home, mirror())) {
            ScrubReport report = opened.recovery().scrub(request);
            Optional<String> stopped = opened.recovery().stopped();
            if (output.isJson()) {
                output.print(spec, json(report, stopped));
            } else {
                print(report, stopped);
            }
            return exitCode(report);
        }
    }

    private static int exitCode(ScrubReport report) {
        if (report.findings() > 0
                || report.audit()
                        .filter(AuditVerdict.Tampered.class::isInstance)
                        .isPresent()) {
            return ExitCode.VERIFICATION_FAILED;
        }
        return unreadable(report) > 0 ? ExitCode.ENVIRONMENT : ExitCode.DONE;
    }

    private static long unreadable(ScrubReport report) {
        return report.results().stream()
                .filter(result -> result.unreadable().isPresent())
                .count();
    }

    private void print(ScrubReport report, Optional<String> stopped) {
        PrintWriter out = spec.commandLine().getOut();
        for (ScrubReport.Result result : report.results()) {
            result.findings()
                    .forEach(finding -> out.println(result.learner() + ": " + finding
                            + (finding.newest() ? " (the newest depends on it)" : "")));
            result.fallback()
                    .ifPresent(outcome -> out.println(result.learner() + ": " + new ShownOutcome(outcome).line()));
            result.unreadable()
                    .ifPresent(reason -> spec.commandLine()
                            .getErr()
                            .println("pfm: " + result.learner() + " could not be looked at: " + reason));
        }
        output.print(spec, totals(report));
        report.audit().ifPresent(verdict -> out.println("audit: " + line(verdict)));
        stopped.ifPresent(reason -> out.println(
                "fallbacks: stopped: " + reason + "; then let them go on with: ./pfm fallback --home … --resume"));
        if (report.namespaces() == 0) {
            out.println("nothing was due: every namespace was scrubbed within " + olderThan
                    + "; --older-than 0 looks again");
        }
    }

    private static ObjectNode totals(ScrubReport report) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("namespaces", report.namespaces())
                .put("bytes", report.bytes())
                .put("findings", report.findings())
                .put(
                        "recovered",
                        report.results().stream()
                                .flatMap(result -> result.fallback().stream())
                                .filter(outcome -> new ShownOutcome(outcome).isRecovered())
                                .count())
                .put("unreadable", unreadable(report));
    }

    private static String line(AuditVerdict verdict) {
        if (verdict instanceof AuditVerdict.Tampered tampered) {
            return "tampered with at entry " + tampered.index() + ": " + tampered.reason();
        }
        AuditVerdict.Intact intact = (AuditVerdict.Intact) verdict;
        return "intact, " + intact.size() + " entries, " + intact.anchors() + " anchors";
    }

    private static ObjectNode json(ScrubReport report, Optional<String> stopped) {
        ObjectNode json = totals(report);
        json.put("fallbacks_stopped", stopped.orElse(null));
        json.set("audit", report.audit().map(ScrubCommand::json).orElse(null));
        ArrayNode results = json.putArray("results");
        for (ScrubReport.Result result : report.results()) {
            ObjectNode entry =
                    results.addObject().put("learner", result.learner().value());
            ArrayNode findings = entry.putArray("findings");
            for (Finding finding : result.findings()) {
                ObjectNode found = findings.addObject()
                        .put("verdict", finding.verdict().name())
                        .put("place", finding.place())
                        .put("newest", finding.newest())
                        .put("reason", finding.reason());
                finding.version().ifPresent(version -> found.put("version", version));
            }
            entry.put("unreadable", result.unreadable().orElse(null));
            entry.set(
                    "fallback",
                    result.fallback()
                            .map(outcome -> new ShownOutcome(outcome).json())
                            .orElse(null));
        }
        return json;
    }

    private static ObjectNode json(AuditVerdict verdict) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (verdict instanceof AuditVerdict.Tampered tampered) {
            return json.put("intact", false).put("index", tampered.index()).put("reason", tampered.reason());
        }
        AuditVerdict.Intact intact = (AuditVerdict.Intact) verdict;
        return json.put("intact", true).put("entries", intact.size()).put("anchors", intact.anchors());
    }

    private ScrubLevel level() {
        return switch (level) {
            case 0 -> ScrubLevel.L0;
            case 1 -> ScrubLevel.L1;
            case 2 -> ScrubLevel.L2;
            case 3 -> ScrubLevel.L3;
            default ->
                throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "--level must be 0 to 3, not " + level);
        };
    }

    /** A copy of the blobs, which must be there: an empty one made by mistake would be no help. */
    private Optional<BlobStore> mirror() {
        mirror.filter(folder -> !Files.isDirectory(folder.resolve("blobs"))).ifPresent(folder -> {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "there is no blobs/ in the mirror " + folder);
        });
        return mirror.map(BlobDirectory::at);
    }
}

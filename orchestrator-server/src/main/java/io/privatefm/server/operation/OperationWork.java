/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.core.Orchestrator;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.merge.EarlyEnd;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.observe.CorrelationScope;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.store.CheckpointRow;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what an operation asks for, once, and says how it ended or when it is to be tried again. */
final class OperationWork {
    /** How often something is tried that does not answer. */
    static final int TRIES = 6;

    /** How often one is begun at all, by whoever, however it went. */
    static final int MOST = 24;

    private static final Logger LOG = LoggerFactory.getLogger(OperationWork.class);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

    private final Orchestrator pfm;
    private final OperationSettings settings;
    private final BooleanSupplier closing;

    /** @param closing whether this process is about to end */
    OperationWork(Orchestrator pfm, OperationSettings settings, BooleanSupplier closing) {
        this.pfm = pfm;
        this.settings = settings;
        this.closing = closing;
    }

    /** Tries it, on the calling thread. */
    Step run(StoredOperation asked) {
        int attempts = asked.operation().attempts();
        if (attempts > MOST) {
            return end(Ending.failed("ABANDONED", "it was begun " + MOST + " times, and never ended"));
        }
        CorrelationScope scope = pfm.correlated(asked.correlationId().orElse(asked.id()));
        try {
            return tried(asked);
        } catch (PfmException e) {
            boolean again = e.retryable() || e.code() == ErrorCode.OUTCOME_UNKNOWN;
            if (e.code().kind() == ErrorCode.Kind.BAD_INPUT) {
                LOG.info(
                        "operation {} was asked for in vain: {}",
                        asked.id(),
                        e.code()); // the message may name the learner
            } else {
                LOG.warn("operation {}, attempt {}, did not succeed", asked.id(), attempts, e);
            }
            return again && attempts < TRIES
                    ? new Step.Again(pause(attempts, LONGEST_PAUSE), true)
                    : end(Ending.failed(e.code().name(), ErrorDetail.of(e.code())));
        } catch (RuntimeException e) {
            LOG.error("operation {} failed", asked.id(), e);
            return end(Ending.failed(
                    "INTERNAL_ERROR", "it could not be done; the log says why, under the operation's id"));
        } finally {
            scope.close();
        }
    }

    private Step tried(StoredOperation asked) {
        if (asked.operation().kind() == OperationKind.NIGHT) {
            return night();
        }
        LearnerId learner = asked.learner().orElseThrow(); // it has not ended
        int attempts = asked.operation().attempts();
        return asked.operation().kind() == OperationKind.MERGE
                ? merge(learner, attempts)
                : fallback(learner, asked.point().orElseGet(RestorePoint.Newest::new), attempts);
    }

    private Step merge(LearnerId learner, int attempts) {
        MergeOutcome outcome = pfm.merges().mergeNow(learner);
        if (outcome instanceof MergeOutcome.InProgress) {
            return inProgress(attempts);
        }
        if (outcome instanceof MergeOutcome.Rejected rejected) {
            return end(Ending.failed("REJECTED", nameless(rejected.reason(), learner)));
        }
        return outcome instanceof MergeOutcome.Merged merged
                ? end(Ending.done("MERGED", "version " + merged.checkpoint().version() + " was published")
                        .with(Optional.of(merged.checkpoint())))
                : end(Ending.done("UP_TO_DATE", "there was nothing to merge")
                        .with(pfm.checkpoints().latest(learner)));
    }

    private Step fallback(LearnerId learner, RestorePoint point, int attempts) {
        FallbackOutcome outcome = pfm.recovery().fallback(learner, point);
        for (int failures = 1;
                failures < settings.retryLimit()
                        && outcome instanceof FallbackOutcome.Failed
                        && !closing.getAsBoolean();
                failures++) {
            outcome = pfm.recovery().fallback(learner, point);
        }
        if (outcome instanceof FallbackOutcome.InProgress) {
            return inProgress(attempts);
        }
        if (outcome instanceof FallbackOutcome.Recovered recovered) {
            CheckpointRow checkpoint = recovered.checkpoint();
            String asides = recovered.setAside().isEmpty() ? "" : "; to be trained again: " + recovered.setAside();
            return end(Ending.done(
                            "RESTORED",
                            "by " + recovered.rung() + ", " + recovered.proven() + " of "
                                    + checkpoint.variants().size() + " content hashes equal to what was recorded"
                                    + asides)
                    .with(Optional.of(checkpoint)));
        }
        if (outcome instanceof FallbackOutcome.NotNeeded notNeeded) {
            return end(Ending.done("NOT_NEEDED", nameless(notNeeded.detail(), learner))
                    .with(pfm.checkpoints().latest(learner)));
        }
        if (outcome instanceof FallbackOutcome.Halted halted) {
            return end(Ending.failed("HALTED", nameless(halted.reason(), learner)));
        }
        if (outcome instanceof FallbackOutcome.GivenUp givenUp) {
            return end(Ending.failed(
                    "GIVEN_UP",
                    nameless(givenUp.reason(), learner)
                            + "; the namespace is read-only until a fallback that is asked for succeeds"));
        }
        FallbackOutcome.Failed failed = (FallbackOutcome.Failed) outcome;
        return end(Ending.failed("NOT_RESTORED", nameless(failed.reason(), learner)));
    }

    private Step inProgress(int attempts) {
        return attempts < MOST
                ? new Step.Again(pause(attempts, LONGEST_WAIT), true)
                : end(Ending.failed("IN_PROGRESS", "another worker is at the namespace, and has been for minutes"));
    }

    private Step night() {
        NightReport report = pfm.merges().runNight();
        Optional<EarlyEnd> early = report.early();
        if (early.isPresent() && (early.get().cause() == EarlyEnd.Cause.CLOSED || closing.getAsBoolean())) {
            return new Step.Again(Duration.ZERO, false); // the rest is another process's
        }
        String detail = "merged " + report.merged() + ", rejected " + report.rejected() + ", left to others "
                + report.inProgress() + ", up to date " + report.upToDate() + ", still due " + report.left();
        return early.isPresent()
                ? end(Ending.failed("NIGHT_ENDED_EARLY", early.get().cause() + ": " + detail))
                : end(Ending.done("NIGHT_DONE", detail));
    }

    private Duration pause(int attempts, Duration longest) {
        Duration pause = settings.pause().multipliedBy(1L << Math.min(attempts - 1, 20));
        return pause.compareTo(longest) < 0 ? pause : longest;
    }

    /** A reason without the learner's id, wherever it stands as a word. */
    private static String nameless(String reason, LearnerId learner) {
        return Pattern.compile("(?<![A-Za-z0-9])" + Pattern.quote(learner.value()) + "(?![A-Za-z0-9])")
                .matcher(reason)
                .replaceAll(Matcher.quoteReplacement("(the learner)"));
    }

    private static Step end(Ending ending) {
        return new Step.End(ending);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.journal.Transactions;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.recovery.RecoveryPolicy;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.ScrubTable;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.SwitchRow;
import io.privatefm.spi.store.SwitchTable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops all fallbacks, of all processes, when too many namespaces are found damaged in a short time: then it is most likely one fault of
 * the set-up, and computing everything anew would make it worse. It stays so until an operator lets them go on.
 */
public final class Breaker {
    private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);

    /** Since when they go on, after they were stopped. */
    private static final String RESUMED = SwitchTable.FALLBACKS + "-resumed";

    private static final Duration ONE_TICK = Duration.ofNanos(1_000);

    private final OrchestratorStore store;
    private final RecoveryPolicy policy;
    private final OrchestratorListener listener;

    public Breaker(OrchestratorStore store, RecoveryPolicy policy, OrchestratorListener listener) {
        this.store = store;
        this.policy = policy;
        this.listener = listener;
    }

    /** Why fallbacks are stopped; looks whether there is a reason to stop them now. */
    public Optional<String> reason() {
        Optional<SwitchRow> before = store.inTransaction(tx -> tx.switches().find(SwitchTable.FALLBACKS));
        if (before.isPresent()) {
            return before.map(SwitchRow::reason);
        }
        Optional<String> tripped = Transactions.idempotent(store, this::trip);
        tripped.ifPresent(reason -> {
            LOG.error("all fallbacks are stopped: {}", reason);
            listener.onEvent(new LifecycleEvent.BreakerTripped(reason));
        });
        return tripped;
    }

    /** Lets fallbacks go on. What was found so far does not count any more. */
    public void reset() {
        Transactions.idempotent(store, tx -> {
            tx.switches().remove(SwitchTable.FALLBACKS);
            tx.switches().remove(RESUMED);
            tx.switches().put(new SwitchRow(RESUMED, "fallbacks go on", tx.now()));
            return true;
        });
    }

    /** Stops all fallbacks. */
    public void stop(String reason) {
        Transactions.idempotent(store, tx -> {
            tx.switches().put(new SwitchRow(SwitchTable.FALLBACKS, reason, tx.now()));
            return true;
        });
    }

    private Optional<String> trip(StoreTx tx) {
        Instant window = tx.now().minus(policy.breakerWindow());
        Instant since = tx.switches()
                .find(RESUMED)
                .map(SwitchRow::at)
                .map(at -> at.plus(ONE_TICK))
                .filter(at -> at.isAfter(window))
                .orElse(window);
        ScrubTable.Tally tally = tx.scrubs().tally(since);
        if (tally.found() <= policy.breakerCount()
                || tally.found() < Math.ceil(policy.breakerShare() * tally.namespaces())) {
            return Optional.empty();
        }
        String reason = tally.found() + " of " + tally.namespaces() + " namespaces were found damaged within "
                + policy.breakerWindow() + ": look for one cause, such as a key, a disk or a foundation release";
        tx.switches().put(new SwitchRow(SwitchTable.FALLBACKS, reason, tx.now()));
        return Optional.of(reason);
    }
}

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
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops all fallbacks, of all processes, when too many namespaces are found damaged in a short time: then it is most likely one fault of
 * the set-up, and computing everything anew would make it worse. It stays so until an operator lets them go on.
 */
public final class Breaker {
    private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);
    private static final String SWITCH = "fallbacks";

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
        Optional<SwitchRow> before = store.inTransaction(tx -> tx.switches().find(SWITCH));
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

    /** Lets fallbacks go on. What was found so far counts on for as long as the policy's window. */
    public void reset() {
        Transactions.idempotent(store, tx -> {
            tx.switches().remove(SWITCH);
            return true;
        });
    }

    /** Stops all fallbacks. */
    public void stop(String reason) {
        Transactions.idempotent(store, tx -> {
            tx.switches().put(new SwitchRow(SWITCH, reason, tx.now()));
            return true;
        });
    }

    private Optional<String> trip(StoreTx tx) {
        ScrubTable.Tally tally = tx.scrubs().tally(tx.now().minus(policy.breakerWindow()));
        if (tally.found() <= policy.breakerCount()
                || tally.found() < Math.ceil(policy.breakerShare() * tally.namespaces())) {
            return Optional.empty();
        }
        String reason = tally.found() + " of " + tally.namespaces() + " namespaces were found damaged within "
                + policy.breakerWindow() + ": look for one cause, such as a key, a disk or a foundation release";
        tx.switches().put(new SwitchRow(SWITCH, reason, tx.now()));
        return Optional.of(reason);
    }
}

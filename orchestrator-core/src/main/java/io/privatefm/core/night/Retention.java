/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.core.foundation.Foundations;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.checkpoint.RetentionOutcome;
import io.privatefm.spi.checkpoint.RetentionReport;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies retention to all namespaces, page by page. One namespace's failure does not touch the others. */
public final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int PAGE = 500;

    private final OrchestratorStore store;
    private final Foundations foundations;
    private final NamespaceRetention one;

    public Retention(OrchestratorStore store, Foundations foundations, NamespaceRetention one) {
        this.store = store;
        this.foundations = foundations;
        this.one = one;
    }

    /** Looks at every namespace that is not deleted, on the calling thread. Foundations are read again, as in a night. */
    public RetentionReport run() {
        foundations.forget();
        int namespaces = 0;
        List<RetentionReport.Result> results = new ArrayList<>();
        for (List<NamespaceRow> page = page(null);
                !page.isEmpty();
                page = page(page.get(page.size() - 1).learner())) {
            for (NamespaceRow namespace : page) {
                if (namespace.state() != NamespaceState.DELETED) {
                    namespaces++;
                    RetentionOutcome outcome = apply(namespace);
                    if (!(outcome instanceof RetentionOutcome.Kept)) {
                        results.add(new RetentionReport.Result(namespace.learner(), outcome));
                    }
                }
            }
        }
        return new RetentionReport(namespaces, results);
    }

    private RetentionOutcome apply(NamespaceRow namespace) {
        try {
            return one.apply(namespace);
        } catch (PfmException e) {
            LOG.warn("retention of namespace {} failed; the next run tries again", namespace.nsUid(), e);
            return new RetentionOutcome.Skipped(RetentionOutcome.Reason.FAILED, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("retention of namespace {} failed", namespace.nsUid(), e);
            return new RetentionOutcome.Skipped(RetentionOutcome.Reason.FAILED, "internal error: " + e);
        }
    }

    private List<NamespaceRow> page(@Nullable LearnerId after) {
        return store.inTransaction(tx -> tx.namespaces(after, PAGE));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.store.NamespaceRow;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when a read meets damage by chance: it is kept, so that the breaker counts it, and the namespace falls back in the
 * background. Never throws: the read's own error is what its caller needs. Safe for use by several threads at once.
 */
public final class ReadDamage {
    private static final Logger LOG = LoggerFactory.getLogger(ReadDamage.class);

    private final Findings findings;
    private final NamespaceFallback fallback;
    private final Executor background;
    private final Set<LearnerId> queued = ConcurrentHashMap.newKeySet();

    /** @param background where fallbacks run; may drop them: the next scrub finds the damage again */
    public ReadDamage(Findings findings, NamespaceFallback fallback, Executor background) {
        this.findings = findings;
        this.fallback = fallback;
        this.background = background;
    }

    /**
     * A read met damage.
     *
     * @param what what was read, for people
     */
    public void met(NamespaceRow namespace, String what, CorruptDataException error) {
        findings.met(namespace, what, error);
        LearnerId learner = namespace.learner();
        if (error.verdict().isDamage() && queued.add(learner)) {
            try {
                background.execute(() -> recover(learner));
            } catch (RejectedExecutionException e) {
                queued.remove(learner);
                LOG.debug("no fallback now; the next scrub finds the damage again", e);
            }
        }
    }

    private void recover(LearnerId learner) {
        queued.remove(learner);
        try {
            LOG.info("a read met damage: {}", fallback.run(learner, FallbackWish.of(FallbackCause.DAMAGE)));
        } catch (PfmException e) {
            LOG.warn("a fallback did not come to its end; the next run goes on", e);
        } catch (RuntimeException e) {
            LOG.error("a fallback failed", e);
        }
    }
}

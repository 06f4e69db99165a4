/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.journal.NamespaceRows;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.recovery.Finding;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.ScrubRow;
import io.privatefm.spi.store.StoreTx;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what is known to be the matter with namespaces, for the breaker and for people. */
public final class Findings {
    private static final Logger LOG = LoggerFactory.getLogger(Findings.class);
    private static final String SOUND = "{}";

    private final OrchestratorStore store;
    private final OrchestratorListener listener;

    public Findings(OrchestratorStore store, OrchestratorListener listener) {
        this.store = store;
        this.listener = listener;
    }

    /**
     * Keeps what a scrub found, in place of what was known before.
     *
     * @return whether it is kept; not if the namespace is being deleted
     */
    boolean scrubbed(NamespaceRow namespace, ScrubLevel level, List<Finding> findings) {
        String detail = findings.isEmpty() ? SOUND : detail(findings);
        Optional<Boolean> isNew = Transactions.idempotent(
                store,
                tx -> isThere(tx, namespace)
                        ? Optional.of(put(tx, namespace.nsUid(), level, tx.now(), worst(findings), detail))
                        : Optional.empty());
        if (isNew.orElse(false)) {
            tell(namespace.nsUid(), findings);
        }
        return isNew.isPresent();
    }

    /**
     * Keeps what a read met by chance, so that the breaker counts it. Never throws: the read's own error is what its caller needs.
     *
     * @param what what was read, for people
     */
    public void met(NamespaceRow namespace, String what, CorruptDataException error) {
        List<Finding> findings = List.of(
                new Finding(error.verdict(), OptionalLong.empty(), what, true, String.valueOf(error.getMessage())));
        try {
            boolean isNew = Transactions.idempotent(store, tx -> {
                Optional<ScrubRow> before = tx.scrubs().find(namespace.nsUid());
                return isThere(tx, namespace)
                        && before.flatMap(ScrubRow::verdict).isEmpty()
                        && put(
                                tx,
                                namespace.nsUid(),
                                before.map(ScrubRow::level).orElse(ScrubLevel.L0),
                                before.map(ScrubRow::at).orElse(Instant.EPOCH),
                                worst(findings),
                                detail(findings));
            });
            if (isNew) {
                tell(namespace.nsUid(), findings);
            }
        } catch (PfmException e) {
            LOG.warn("what was found in namespace {} is not kept; the next scrub finds it", namespace.nsUid(), e);
        }
    }

    /** Whether the namespace is not deleted; if so, it will not be before this transaction ends. */
    private static boolean isThere(StoreTx tx, NamespaceRow namespace) {
        Optional<NamespaceRow> found = NamespaceRows.find(tx, namespace)
                .filter(now -> now.state() != NamespaceState.DELETING && now.state() != NamespaceState.DELETED);
        found.ifPresent(now -> NamespaceRows.replace(tx, now, now));
        return found.isPresent();
    }

    /**
     * Writes the row; gives whether it says something that was not known. What is left of a finding, as when the damaged checkpoint is not
     * the newest any more, was known.
     */
    private static boolean put(
            StoreTx tx, NsUid namespace, ScrubLevel level, Instant at, Optional<Verdict> verdict, String detail) {
        Optional<ScrubRow> before = tx.scrubs().find(namespace);
        boolean known = before.map(row -> places(row.detail()).containsAll(places(detail)))
                .orElse(false);
        Optional<Instant> foundAt =
                verdict.map(found -> known ? before.flatMap(ScrubRow::foundAt).orElseGet(tx::now) : tx.now());
        tx.scrubs().put(new ScrubRow(namespace, level, at, verdict, detail, foundAt));
        return verdict.isPresent() && !known;
    }

    /** What is the matter where, whichever checkpoint is the newest; nothing if that cannot be read. */
    private static Set<List<String>> places(String detail) {
        Set<List<String>> places = new HashSet<>();
        try {
            StrictJson.object(detail.getBytes(StandardCharsets.UTF_8), "scrub row", ErrorCode.CORRUPT_DATA)
                    .path("findings")
                    .forEach(entry -> places.add(List.of(
                            entry.path("verdict").asText(),
                            entry.path("place").asText(),
                            entry.path("reason").asText())));
        } catch (InvalidInputException e) {
            LOG.warn("what was known of a namespace cannot be read; all of it counts as new", e);
        }
        return places;
    }

    private void tell(NsUid namespace, List<Finding> findings) {
        for (Finding finding : findings) {
            LOG.warn("namespace {}: {}", namespace, finding);
            listener.onEvent(new LifecycleEvent.DamageFound(namespace, finding.verdict(), finding.toString()));
        }
    }

    /** What is no damage is worse than damage, which can be mended; then what the newest checkpoint depends on. */
    private static Optional<Verdict> worst(List<Finding> findings) {
        return findings.stream()
                .min(Comparator.comparing((Finding finding) -> finding.verdict().isDamage())
                        .thenComparing(finding -> !finding.newest()))
                .map(Finding::verdict);
    }

    private static String detail(List<Finding> findings) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode list = json.putArray("findings");
        for (Finding finding : findings) {
            ObjectNode entry = list.addObject()
                    .put("verdict", finding.verdict().name())
                    .put("place", finding.place())
                    .put("newest", finding.newest())
                    .put("reason", finding.reason());
            finding.version().ifPresent(version -> entry.put("version", version));
        }
        return CanonicalJson.text(json);
    }
}

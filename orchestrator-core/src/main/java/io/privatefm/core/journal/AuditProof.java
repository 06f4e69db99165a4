/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.hash.InclusionProof;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.SequencedAuditRow;
import io.privatefm.spi.store.TreeHeadRow;
import java.security.PublicKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * That an entry is in the audit log, for somebody who has the log's public key and nothing else.
 *
 * @param index of the entry in the log's tree
 * @param path from the entry's leaf to the root
 * @param head the signed head whose tree it is in
 */
public record AuditProof(AuditRow entry, long index, List<Sha256> path, String head) {
    private static final int PAGE = 1_000;

    public AuditProof {
        path = List.copyOf(path);
    }

    /**
     * Proves an entry by the newest head. Reads the whole log.
     *
     * @return empty if it has no place under a signed head yet
     */
    public static Optional<AuditProof> of(OrchestratorStore store, String chain, long seq) {
        Optional<TreeHeadRow> newest = store.inTransaction(tx -> tx.audit().newestHead());
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        List<Sha256> leaves = new ArrayList<>();
        Optional<SequencedAuditRow> found = Optional.empty();
        while (leaves.size() < newest.get().size()) {
            long from = leaves.size();
            int most = (int) Math.min(PAGE, newest.get().size() - from);
            List<SequencedAuditRow> page = store.inTransaction(tx -> tx.audit().sequenced(from, most));
            if (page.isEmpty()) {
                return Optional.empty();
            }
            for (SequencedAuditRow row : page) {
                leaves.add(row.row().leaf());
                if (row.row().chain().equals(chain) && row.row().seq() == seq) {
                    found = Optional.of(row);
                }
            }
        }
        return found.map(row -> new AuditProof(
                row.row(),
                row.index(),
                InclusionProof.path((int) row.index(), leaves),
                newest.get().note()));
    }

    /**
     * What is wrong with it.
     *
     * @param origin name of the log
     * @param key the log's public key
     * @return empty if it proves that the entry is in that log
     */
    public Optional<String> fault(String origin, PublicKey key) {
        Optional<TreeHead> signed = TreeHead.verify(head, origin, key);
        if (signed.isEmpty()) {
            return Optional.of("its tree head is not signed by this log's key");
        }
        Sha256 leaf;
        try {
            leaf = AuditLeaf.hash(entry);
        } catch (IllegalArgumentException e) {
            return Optional.of("it holds no audit entry");
        }
        Optional<Sha256> root = InclusionProof.root(leaf, index, signed.get().size(), path);
        return root.equals(Optional.of(signed.get().root()))
                ? Optional.empty()
                : Optional.of("its audit entry is not in the log that was signed: one of them was altered");
    }

    /** As JSON. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putObject("entry")
                .put("chain", entry.chain())
                .put("seq", entry.seq())
                .put("previous", entry.previous().hex())
                .put("actor", entry.actor())
                .put("action", entry.action())
                .put("outcome", entry.outcome())
                .put("operation_id", entry.operationId())
                .put("details", entry.details())
                .put("at", entry.at().toString());
        ArrayNode hashes = json.putArray("path");
        path.forEach(hash -> hashes.add(hash.hex()));
        return json.put("index", index).put("head", head);
    }

    /**
     * Reads what {@link #json()} gave.
     *
     * @return empty if it is not that
     */
    public static Optional<AuditProof> read(JsonNode json) {
        JsonNode entry = json.path("entry");
        try {
            List<Sha256> path = new ArrayList<>();
            json.path("path").forEach(hash -> path.add(Sha256.parse(hash.asText())));
            AuditRow row = new AuditRow(
                    entry.path("chain").asText(),
                    entry.path("seq").asLong(),
                    Sha256.parse(entry.path("previous").asText()),
                    AuditLog.beforeFirst(),
                    entry.path("actor").asText(),
                    entry.path("action").asText(),
                    entry.path("outcome").asText(),
                    entry.path("operation_id").asText(),
                    entry.path("details").asText(),
                    Instant.parse(entry.path("at").asText()));
            AuditProof proof = new AuditProof(
                    row, json.path("index").asLong(-1), path, json.path("head").asText());
            return CanonicalJson.text(proof.json()).equals(CanonicalJson.text(json))
                    ? Optional.of(proof)
                    : Optional.empty(); // another spelling, as of a time or a hash: a proof has one
        } catch (PfmException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.guardian;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.journal.AuditProof;
import io.privatefm.core.journal.AuditSequencer;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.guardian.DeletionReceipt;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Receipts of deletions, {@code docs/format-v1.md}: the audit entry, and that it is in the signed log. */
public final class DeletionReceipts {
    private static final String FORMAT = "pfm-deletion-receipt-1";

    private final OrchestratorStore store;
    private final @Nullable AuditSequencer sequencer;

    /**
     * Receipts.
     *
     * @param sequencer signs the log; without one, receipts hold the entry and no proof
     */
    public DeletionReceipts(OrchestratorStore store, @Nullable AuditSequencer sequencer) {
        this.store = store;
        this.sequencer = sequencer;
    }

    /** What a receipt's document says, and who says so. */
    public record Proven(NsUid namespace, String keyId, String head) {}

    /**
     * The receipt of a namespace that was deleted. Has no proof while another process sequences the audit log; ask again then.
     *
     * @throws CorruptDataException if the audit log has no entry of the deletion
     */
    DeletionReceipt of(NsUid namespace) {
        AuditRow entry = store.inTransaction(tx -> tx.audit().newest(Journal.chain(namespace)))
                .filter(row -> row.action().equals(Journal.NAMESPACE_DELETED))
                .orElseThrow(() -> new CorruptDataException(
                        "the audit log does not end with the deletion of namespace " + namespace));
        if (sequencer != null) {
            sequencer.run();
        }
        Optional<AuditProof> proof = AuditProof.of(store, entry.chain(), entry.seq());
        JsonNode details = details(entry.details());
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("format", FORMAT)
                .put("ns_uid", namespace.value())
                .put("key_id", details.path("key_id").asText())
                .put("destroyed_at", details.path("destroyed_at").asText())
                .set("proof", proof.map(AuditProof::json).orElse(null));
        return new DeletionReceipt(
                namespace, details.path("key_id").asText(), destroyedAt(details), CanonicalJson.text(document));
    }

    /**
     * Checks a receipt with nothing but the log's name and key.
     *
     * @throws InvalidInputException if it is no receipt, or has no proof
     * @throws CorruptDataException if it proves nothing: it was altered, or is of another log
     */
    public static Proven check(String document, String origin, PublicKey key) {
        ObjectNode json = StrictJson.object(
                document.strip().getBytes(StandardCharsets.UTF_8), "the receipt", ErrorCode.INVALID_ARGUMENT);
        if (!json.path("format").asText().equals(FORMAT)) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "this is no receipt of a deletion");
        }
        if (!json.path("proof").isObject()) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the receipt has no proof: the audit log was not signed yet; ask for it again");
        }
        AuditProof proof = AuditProof.read(json.path("proof"))
                .orElseThrow(() -> new CorruptDataException("the receipt's proof was altered"));
        proof.fault(origin, key).ifPresent(fault -> {
            throw new CorruptDataException("the receipt proves nothing: " + fault);
        });
        AuditRow entry = proof.entry();
        JsonNode details = details(entry.details());
        boolean same = entry.action().equals(Journal.NAMESPACE_DELETED)
                && entry.chain().equals("ns:" + json.path("ns_uid").asText())
                && details.path("key_id").equals(json.path("key_id"))
                && details.path("destroyed_at").equals(json.path("destroyed_at"));
        if (!same) {
            throw new CorruptDataException("the receipt says something else than the audit entry that it proves");
        }
        return new Proven(
                new NsUid(json.path("ns_uid").asText()), json.path("key_id").asText(), proof.head());
    }

    private static JsonNode details(String text) {
        return StrictJson.object(
                text.getBytes(StandardCharsets.UTF_8), "the audit entry's details", ErrorCode.CORRUPT_DATA);
    }

    private static Instant destroyedAt(JsonNode details) {
        try {
            return Instant.parse(details.path("destroyed_at").asText());
        } catch (DateTimeException e) {
            throw new CorruptDataException("the audit entry of the deletion has no time", e);
        }
    }
}

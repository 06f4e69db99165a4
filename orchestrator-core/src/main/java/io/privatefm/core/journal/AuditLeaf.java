/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.AuditRow;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * An audit entry's leaf {@code pfm-audit-1}: the RFC 6962 leaf hash over {@code u32be(length) ‖ bytes} of each of: the words
 * {@code pfm-audit-1}, chain, sequence number (u64be), leaf of the entry before (32 bytes), time in microseconds since 1970
 * (i64be), actor, action, outcome, operation id, details; texts in UTF-8.
 */
final class AuditLeaf {
    private static final String FORMAT = "pfm-audit-1";

    private AuditLeaf() {}

    /** An entry with its leaf hash. */
    static AuditRow seal(
            String chain,
            long seq,
            Sha256 previous,
            String actor,
            String action,
            String outcome,
            String operationId,
            String details,
            Instant at) {
        AuditRow row = new AuditRow(chain, seq, previous, previous, actor, action, outcome, operationId, details, at);
        return new AuditRow(chain, seq, previous, hash(row), actor, action, outcome, operationId, details, at);
    }

    /**
     * The leaf hash that an entry should have, from its other fields.
     *
     * @throws IllegalArgumentException if no entry can have such fields
     */
    static Sha256 hash(AuditRow row) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        text(bytes, FORMAT);
        text(bytes, row.chain());
        number(bytes, row.seq());
        field(bytes, row.previous().bytes());
        number(bytes, micros(row.at()));
        text(bytes, row.actor());
        text(bytes, row.action());
        text(bytes, row.outcome());
        text(bytes, row.operationId());
        text(bytes, row.details());
        byte[] leaf = bytes.toByteArray();
        return Sha256.of(MerkleTree.leafHash(leaf, 0, leaf.length));
    }

    private static long micros(Instant at) {
        try {
            return ChronoUnit.MICROS.between(Instant.EPOCH, at);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("no audit entry is of " + at, e);
        }
    }

    private static void text(ByteArrayOutputStream bytes, String text) {
        if (!StrictJson.isUnicode(text)) {
            throw new IllegalArgumentException("no audit entry has half a surrogate pair");
        }
        field(bytes, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void number(ByteArrayOutputStream bytes, long number) {
        field(bytes, ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    }

    private static void field(ByteArrayOutputStream bytes, byte[] field) {
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(field.length).array());
        bytes.writeBytes(field);
    }
}

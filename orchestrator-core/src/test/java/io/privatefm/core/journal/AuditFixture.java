/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.core.ManualTime;
import io.privatefm.core.memory.InMemoryStore;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.TreeHeadRow;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Fixture: an audit log in memory with some chains, sequencer and anchors. */
final class AuditFixture {
    static final String ORIGIN = "example.org/audit";

    final ManualTime time = new ManualTime();
    final InMemoryStore store = new InMemoryStore(time);
    final Anchors anchors = new Anchors();
    final KeyPair key = AuditKey.fixed();
    final AuditSigner signer = new AuditSigner(ORIGIN, key, anchors);

    /** Entries of four chains, placed in several runs, each signed and anchored; some of them wait. */
    static AuditFixture filled(Random random) {
        AuditFixture audit = new AuditFixture();
        for (int run = 2 + random.nextInt(4); run > 0; run--) {
            for (int entries = 1 + random.nextInt(12); entries > 0; entries--) {
                audit.append("ns:" + random.nextInt(4), "op-" + random.nextInt(1_000));
            }
            audit.sequencer(audit.store).run();
        }
        for (int entries = random.nextInt(6); entries > 0; entries--) {
            audit.append("ns:" + random.nextInt(4), "waiting");
        }
        return audit;
    }

    /** Writes an entry, a second after the one before. */
    void append(String chain, String operationId) {
        time.advance(Duration.ofSeconds(1));
        store.inTransaction(tx -> {
            AuditLog.append(
                    tx,
                    chain,
                    "engine",
                    "DONE_SOMETHING",
                    AuditLog.DONE,
                    operationId,
                    seq -> "{\"about\":\"" + operationId + "\"}",
                    tx.now());
            return true;
        });
    }

    AuditSequencer sequencer(OrchestratorStore over) {
        return new AuditSequencer(over, signer, "test", Duration.ofSeconds(30), time);
    }

    AuditVerdict verify() {
        return verify(store);
    }

    AuditVerdict verify(OrchestratorStore over) {
        return verify(over, anchors.anchored());
    }

    AuditVerdict verify(OrchestratorStore over, List<String> anchored) {
        return new AuditVerifier(over, ORIGIN, key.getPublic(), anchored).verify();
    }

    String sign(TreeHead head) {
        return head.sign(key);
    }

    List<TreeHeadRow> heads() {
        return store.inTransaction(tx -> tx.audit().heads(-1, Integer.MAX_VALUE));
    }
}

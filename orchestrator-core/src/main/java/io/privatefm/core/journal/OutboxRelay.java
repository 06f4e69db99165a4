/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.core.json.StrictJson;
import io.privatefm.core.seal.RowSeal;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.OutboxRow;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what waits in the outbox, at least once, in order for each namespace: one message of a namespace is in flight, and the
 * next goes when that is gone. A message that the bus does not take holds up its own namespace only. Several relays may run.
 */
public final class OutboxRelay {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final int BATCH = 100;
    private static final int DOWN_AFTER = 3;
    private static final Duration DELAY_AFTER_FAILURE = Duration.ofSeconds(5);

    private final OrchestratorStore store;
    private final EventBus bus;
    private final RowSeal seal;
    private final Duration claim;

    /**
     * A relay.
     *
     * @param seal what messages were encrypted with
     * @param claim how long a message is kept from other relays while it is published; after a process died, it waits that long
     */
    public OutboxRelay(OrchestratorStore store, EventBus bus, RowSeal seal, Duration claim) {
        this.store = store;
        this.bus = bus;
        this.seal = seal;
        this.claim = claim;
    }

    /**
     * Publishes until nothing more can be claimed, or several messages in a row were refused: where the bus is down, each would wait for
     * it in vain, as long as connecting takes, and claims would end meanwhile.
     *
     * @return how many messages the bus took
     * @throws PfmException if the store fails; what was published and not yet removed is published again later
     */
    public long run() {
        long sent = 0;
        for (List<OutboxRow> claimed = claim(); !claimed.isEmpty(); claimed = claim()) {
            Batch batch = publish(claimed);
            Transactions.idempotent(store, tx -> {
                batch.taken.forEach(row -> tx.outbox().remove(row));
                batch.refused.forEach(row -> tx.outbox().postpone(row, DELAY_AFTER_FAILURE));
                batch.untried.forEach(row -> tx.outbox().postpone(row, Duration.ZERO));
                return true;
            });
            sent += batch.taken.size();
            if (!batch.untried.isEmpty()) {
                return sent;
            }
        }
        return sent;
    }

    /** What became of claimed messages. */
    private static final class Batch {
        final List<OutboxRow> taken = new ArrayList<>();
        final List<OutboxRow> refused = new ArrayList<>();
        final List<OutboxRow> untried = new ArrayList<>();
    }

    private Batch publish(List<OutboxRow> claimed) {
        Batch batch = new Batch();
        int inARow = 0;
        for (OutboxRow row : claimed) {
            if (inARow == DOWN_AFTER) {
                batch.untried.add(row);
            } else if (publish(row)) {
                batch.taken.add(row);
                inARow = 0;
            } else {
                batch.refused.add(row);
                inARow++;
            }
        }
        if (!batch.untried.isEmpty()) {
            LOG.warn("{} messages in a row were not published; the bus is left alone for a while", DOWN_AFTER);
        }
        return batch;
    }

    private List<OutboxRow> claim() {
        return Transactions.run(store, tx -> tx.outbox().claim(BATCH, claim));
    }

    /** What the payload says it belongs to; the envelope says it too, for those who do not read payloads. */
    private static Optional<String> correlation(String payload) {
        JsonNode id = StrictJson.object(
                        payload.getBytes(StandardCharsets.UTF_8), "a message's payload", ErrorCode.CORRUPT_DATA)
                .path(Correlation.FIELD);
        return id.isTextual() ? Optional.of(id.textValue()) : Optional.empty();
    }

    private boolean publish(OutboxRow row) {
        try {
            String payload = row.topic().equals(Journal.NAMESPACE_DELETED)
                    ? row.payload()
                    : seal.open(Journal.message(row.nsUid(), row.seq(), row.topic()), row.payload());
            bus.publish(new BusMessage(
                    row.eventId(),
                    row.topic(),
                    row.nsUid().value(),
                    payload,
                    Optional.of(row.at()),
                    correlation(payload)));
            return true;
        } catch (PfmException e) {
            LOG.warn("message {} of type {} was not published; it is tried again", row.eventId(), row.topic(), e);
            return false;
        } catch (RuntimeException e) {
            LOG.error("publishing message {} of type {} failed; it is tried again", row.eventId(), row.topic(), e);
            return false;
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.AdapterRow;

/** What the event of an adapter revision says. */
public final class AdapterRegistered {
    static final String TRAINED_AT = "trained_at";

    private AdapterRegistered() {}

    /** Payload of the event; without a time of training where that is not known, as it was before there was one. */
    public static ObjectNode payload(AdapterRow row) {
        ObjectNode payload = JsonNodeFactory.instance
                .objectNode()
                .put("subject", row.subject().value())
                .put("revision", row.revision())
                .put("digest", row.digest().hex())
                .put("config_blob", row.configBlob().hex())
                .put("weights_blob", row.weightsBlob().hex())
                .put("trained_on", row.trainedOn().map(Sha256::hex).orElse(null));
        row.trainedAt().ifPresent(at -> payload.put(TRAINED_AT, at.toString()));
        return payload;
    }
}

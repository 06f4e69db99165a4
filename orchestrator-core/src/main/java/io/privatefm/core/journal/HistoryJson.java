/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.spi.Sha256;

/** A namespace's state as JSON, for its digest. */
final class HistoryJson {
    private HistoryJson() {}

    static ObjectNode write(NamespaceHistory history) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("event_head", history.eventHead())
                .put("policy", history.policy())
                .put("foundation_release", history.foundationRelease());
        history.subjects().forEach(subject -> json.withArray("subjects").add(subject.value()));
        if (history.legalHold()) { // else as it was before there were holds: a state keeps its digest
            json.put("legal_hold", true);
        }
        ObjectNode adapters = json.putObject("adapters");
        history.adapters().forEach((subject, adapter) -> {
            ObjectNode entry = adapters.putObject(subject.value())
                    .put("revision", adapter.revision())
                    .put("digest", adapter.digest().hex())
                    .put("config_blob", adapter.configBlob().hex())
                    .put("weights_blob", adapter.weightsBlob().hex())
                    .put("trained_on", adapter.trainedOn().map(Sha256::hex).orElse(null));
            adapter.trainedAt().ifPresent(at -> entry.put(AdapterRegistered.TRAINED_AT, at.toString())); // likewise
            if (adapter.setAside()) { // likewise
                entry.put("set_aside", true);
            }
        });
        ObjectNode checkpoints = json.putObject("checkpoints");
        history.checkpoints().forEach((version, checkpoint) -> {
            ObjectNode entry = checkpoints
                    .putObject(Long.toString(version))
                    .put("checkpoint_hash", checkpoint.checkpointHash().hex())
                    .put("foundation_release", checkpoint.foundationRelease())
                    .put("foundation_hash", checkpoint.foundationHash().hex());
            ObjectNode variants = entry.putObject("variants");
            checkpoint.variants().forEach((name, hash) -> variants.put(name, hash.hex()));
        });
        return json;
    }
}

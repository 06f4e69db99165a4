/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds the service against all that it has answered for. */
final class Ledger {
    private static final int DELETED_TRIED = 20;

    private final Caller caller;
    private final Map<String, JsonNode> listed = new HashMap<>();

    private Ledger(Caller caller) {
        this.caller = caller;
    }

    /** All namespaces that the service lists. */
    static Ledger read(Caller caller) throws InterruptedException {
        Ledger ledger = new Ledger(caller);
        for (String after = ""; ; ) {
            Answer page = caller.get("list", "/api/v1/namespaces?limit=200" + after);
            assertThat(page.status()).as(page.body()).isEqualTo(200);
            for (JsonNode item : page.json().path("items")) {
                assertThat(ledger.listed.put(item.path("learner_id").asText(), item))
                        .as("listed once")
                        .isNull();
            }
            if (page.json().path("next").isNull()) {
                return ledger;
            }
            after = "&after=" + page.text("next");
        }
    }

    int size() {
        return listed.size();
    }

    /** A client's learners are as it was told. */
    void assertKept(LoadClient client) throws InterruptedException {
        int tried = 0;
        for (LoadedLearner learner : client.learners()) {
            for (String id : learner.openOperations) {
                assertThat(caller.get("operation", "/api/v1/merge-operations/" + id)
                                .text("status"))
                        .isNotEqualTo("FAILED");
            }
            assertThat(learner.deletion).isNotEqualTo(LoadedLearner.Deletion.PERHAPS);
            if (learner.isAlive()) {
                assertThat(listed).containsKey(learner.name);
                assertThat(listed.get(learner.name).path("ns_uid").asText()).isEqualTo(learner.nsUid);
                assertAdapterAndCheckpoints(learner);
            } else {
                assertThat(listed).doesNotContainKey(learner.name);
                assertThat(caller.find("read", learner.path()).status()).isEqualTo(404);
                if (tried++ < DELETED_TRIED) {
                    assertStaysDeleted(learner);
                }
            }
        }
    }

    private void assertStaysDeleted(LoadedLearner learner) throws InterruptedException {
        Answer again = caller.post(
                "create",
                "/api/v1/namespaces",
                "{\"learner_id\":\"" + learner.name + "\",\"subjects\":[\"math\"]}",
                "again-" + learner.name,
                Set.of(410));
        assertThat(again.status()).as(again.body()).isEqualTo(410);
    }

    private void assertAdapterAndCheckpoints(LoadedLearner learner) throws InterruptedException {
        if (learner.revision > 0) {
            JsonNode adapter = caller.get("adapters", learner.path() + "/adapters")
                    .json()
                    .path("items")
                    .path(0);
            assertThat(adapter.path("revision").asLong()).as("%s", adapter).isGreaterThanOrEqualTo(learner.revision);
        }
        if (learner.checkpoints.isEmpty()) {
            return;
        }
        Map<Long, String> kept = new HashMap<>();
        for (JsonNode item : caller.get("checkpoints", learner.path() + "/checkpoints?limit=200")
                .json()
                .path("items")) {
            kept.put(item.path("version").asLong(), item.path("checkpoint_hash").asText());
        }
        for (LoadedLearner.Checkpoint checkpoint : learner.checkpoints) {
            assertThat(kept).as(learner.name).containsEntry(checkpoint.version(), checkpoint.hash());
        }
        JsonNode health =
                caller.get("verify", learner.path() + "/health?verify=true").json();
        assertThat(health.at("/verification/outcome").asText()).as("%s", health).isEqualTo("INTACT");
    }

    /** Each learner that was announced has one namespace. */
    void assertProvisioned(List<String> announced, Map<String, Integer> created) {
        for (String learner : announced) {
            assertThat(listed).containsKey(learner);
            assertThat(created)
                    .as(learner)
                    .containsEntry(listed.get(learner).path("ns_uid").asText(), 1);
        }
    }
}

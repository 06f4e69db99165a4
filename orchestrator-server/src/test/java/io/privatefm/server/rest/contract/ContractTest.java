/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.server.rest.contract.Contract.Documented;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One service is asked all of it, in this order: each answer is held against the contract as it comes. */
@DisplayName("The running service and its contract")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContractTest {
    /** The most that a body of JSON may have, and a form. */
    private static final String TOO_MANY_BYTES = String.valueOf(2 << 20);

    private Contract contract;
    private ServiceAtHand service;
    private Conversation talk;
    private Set<String> notSeenHere;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        contract = Contract.read();
        service = ServiceAtHand.in(folder);
        talk = new Conversation(contract, service.server.port());
        notSeenHere = new UnseenAnswers(contract).all();
    }

    @AfterAll
    void stop() {
        service.close();
    }

    private Call call(String operation) {
        return ServiceAtHand.call(contract.operation(operation));
    }

    private Call of(String operation, String learner) {
        return ServiceAtHand.call(contract.operation(operation), learner, "none");
    }

    private Call more(Call call, String query) {
        return call.at(call.path() + "?" + query);
    }

    @Test
    @Order(1)
    @DisplayName("have the same routes, but for the pages")
    void routes() {
        Set<String> routes = new TreeSet<>(service.server.routes());
        routes.removeIf(route -> route.equals("GET /")
                || route.startsWith("GET /console/")
                || route.equals("GET /api/docs")
                || route.startsWith("GET /api/docs/"));
        Set<String> documented = contract.operations().stream()
                .map(operation -> operation.method() + " " + operation.path())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(routes).isEqualTo(documented);
    }

    @Test
    @Order(2)
    @DisplayName("agree on a learner's namespace, from its beginning to its first night")
    void success() throws Exception {
        Call create = call("createNamespace").with("Idempotency-Key", "first");
        assertThat(talk.ask(create, 201).header("Idempotency-Replayed")).isEmpty();
        assertThat(talk.ask(create, 201).header("Idempotency-Replayed")).contains("true");
        for (JsonNode example : examples("createNamespace")) {
            if (!example.path("learner_id").asText().equals(ServiceAtHand.LEARNER)) {
                talk.ask(call("createNamespace").sending(example.toString()), 201);
            }
        }
        talk.ask(call("listNamespaces"), 200);
        Answer page = talk.ask(more(call("listNamespaces"), "limit=1"), 200);
        assertThat(page.text("next")).isEqualTo("ada");
        talk.ask(more(call("listNamespaces"), "limit=1&after=ada"), 200);
        unchanged("getNamespace");
        talk.ask(call("beginLegalHold"), 200);
        talk.ask(call("endLegalHold"), 200);

        Call upload = call("registerAdapter").sending(ServiceAtHand.formType(), ServiceAtHand.form(""));
        talk.ask(upload, 201);
        talk.ask(upload, 200);
        talk.ask(call("registerAdapter"), 200); // the same files, from the adapter store
        talk.ask(of("registerAdapter", "ben").sending(call("registerAdapter").body()), 201);
        talk.ask(call("listAdapters"), 200);

        Call merge = call("merge").with("Idempotency-Key", "merge-1");
        Answer accepted = talk.ask(merge, 202);
        assertThat(ended(accepted).path("outcome").asText()).isEqualTo("MERGED");
        assertThat(talk.ask(merge, 202).header("Idempotency-Replayed")).contains("true");
        ended(talk.ask(call("beginNight"), 202));
        talk.ask(call("listNights"), 200);
    }

    @Test
    @Order(3)
    @DisplayName("agree on what came of a merge, and on what operators see")
    void afterwards() throws Exception {
        unchanged("getNamespace");
        unchanged("getCheckpoint");
        talk.ask(call("exportVariant"), 200);
        Answer events = talk.ask(more(call("listEvents"), "limit=1"), 200);
        talk.ask(more(call("listEvents"), "after=" + events.json().path("next").asLong()), 200);
        talk.ask(call("getNamespaceHealth"), 200);
        Answer verified = talk.ask(more(call("getNamespaceHealth"), "verify=true"), 200);
        assertThat(verified.json().at("/verification/outcome").asText()).isEqualTo("INTACT");
        for (JsonNode example : examples("fallBack")) {
            ended(talk.ask(call("fallBack").sending(example.toString()), 202));
        }
        talk.ask(more(call("listCheckpoints"), "limit=1"), 200);
        talk.ask(call("listCheckpoints"), 200);
        assertThat(talk.ask(call("pauseNights"), 200).text("paused")).isEqualTo("the disk is being changed");
        talk.ask(call("getOverview"), 200);
        talk.ask(call("resumeNights"), 200);
        talk.ask(call("resumeRecovery"), 200);
        for (String operation : Set.of("getHealth", "getReadiness", "getLiveness", "getMetrics", "getContract")) {
            talk.ask(call(operation), 200);
        }
        assertThat(talk.ask(call("getContract"), 200).body()).isEqualTo(Files.readString(Contract.FILE));
    }

    @Test
    @Order(4)
    @DisplayName("agree on what is there already, is held, was deleted or has changed")
    void refusals() throws Exception {
        talk.ask(call("createNamespace"), 409);
        Answer reused = talk.ask(
                call("createNamespace")
                        .with("Idempotency-Key", "first")
                        .sending("{\"learner_id\":\"cleo\",\"subjects\":[\"math\"]}"),
                422);
        assertThat(reused.text("code")).isEqualTo("IDEMPOTENCY_KEY_REUSED");
        Call stale = call("registerAdapter").with("If-Match", "\"9-0123456789abcdef\"");
        talk.ask(stale, 200); // it is what the newest revision has
        String other = stale.body().replace("ada/math", ServiceAtHand.OTHER_ADAPTER);
        talk.ask(stale.sending(other), 412);
        talk.ask(call("registerAdapter").with("If-None-Match", "*").sending(other), 412);
        talk.ask(call("getNamespace").with("If-Match", "\"another\""), 412);
        talk.ask(call("getCheckpoint").with("If-Match", "\"another\""), 412);

        talk.ask(call("beginLegalHold"), 200);
        assertThat(talk.ask(call("deleteNamespace"), 409).text("code")).isEqualTo("LEGAL_HOLD");
        talk.ask(call("endLegalHold"), 200);
        talk.ask(of("deleteNamespace", "ben"), 200);
        talk.ask(call("createNamespace").sending("{\"learner_id\":\"ben\",\"subjects\":[\"math\"]}"), 410);
        for (Documented operation : contract.operations()) {
            if (operation.path().contains("{learner_id}") && !ServiceAtHand.isGuardians(operation)) {
                Answer answer = talk.ask(ServiceAtHand.call(operation, "ben", "none"));
                assertThat(answer.status()).as(operation.id()).isIn(404, 410);
            }
        }
    }

    @Test
    @Order(5)
    @DisplayName("agree on calls of every operation that are not as they must be")
    void malformed() throws Exception {
        for (Documented operation : contract.operations()) {
            Call call = ServiceAtHand.call(operation);
            for (int status : operation.statuses()) {
                Optional<Call> wrong = switch (status) {
                    case 400 ->
                        Optional.of(
                                operation.takesBody() ? call.sending("{") : call.with("If-None-Match", "not quoted"));
                    case 404 -> Optional.of(ServiceAtHand.call(operation, "nobody", "none"));
                    case 415 -> Optional.of(call.sending("text/plain", "{}"));
                    case 422 -> Optional.of(more(call, "surplus=1"));
                    default -> Optional.empty();
                };
                if (wrong.isPresent()) {
                    Answer answer = talk.ask(wrong.get(), status);
                    assertThat(answer.json().path("errors").isEmpty())
                            .as(answer.body())
                            .isEqualTo(status != 400 && status != 422);
                }
                if (status == 413) {
                    Call large = ServiceAtHand.withoutBody(operation, ServiceAtHand.LEARNER, "none")
                            .with("Content-Type", "application/json")
                            .with("Content-Length", TOO_MANY_BYTES);
                    assertThat(talk.askFrom(1, large).status()).isEqualTo(413);
                }
            }
        }
    }

    @Test
    @Order(6)
    @DisplayName("agree on bodies: each example is of its schema, and what is of none is refused")
    void bodies() throws Exception {
        for (Documented operation : contract.operations()) {
            JsonNode content = operation.requestContent().path("application/json");
            if (content.isMissingNode()) {
                continue;
            }
            assertThat(content.path("examples")).as(operation.id()).isNotEmpty();
            for (JsonNode example : examples(operation.id())) {
                assertThat(contract.schemaFaults(content.path("schema"), example))
                        .as("%s: %s", operation.id(), example)
                        .isEmpty();
                refusedAsBySchema(operation, ((ObjectNode) example.deepCopy()).put("surplus", 1), "/surplus");
                for (JsonNode required :
                        contract.resolved(content.path("schema")).path("required")) {
                    ObjectNode less = example.deepCopy();
                    less.remove(required.asText());
                    refusedAsBySchema(operation, less, "/" + required.asText());
                    less.put(required.asText(), 1);
                    refusedAsBySchema(operation, less, "/" + required.asText());
                }
            }
        }
        ObjectNode both =
                (ObjectNode) new Answer(200, Map.of(), "{\"version\":1,\"time\":\"2026-01-31T02:00:00Z\"}").json();
        refusedAsBySchema(contract.operation("fallBack"), both, "");
        Answer part =
                talk.ask(call("registerAdapter").sending(ServiceAtHand.formType(), ServiceAtHand.form("surplus")), 422);
        assertThat(part.json().at("/errors/0/pointer").asText()).isEqualTo("/surplus");
    }

    @Test
    @Order(7)
    @DisplayName("agree on who is let in to which operation, and on how often one may try")
    void access() throws Exception {
        int n = 0;
        for (Documented operation : contract.operations()) {
            Call bare = Call.of(operation.method(), call(operation.id()).path());
            if (ServiceAtHand.isOpen(operation)) {
                assertThat(talk.ask(bare).status()).as(operation.id()).isEqualTo(200);
                continue;
            }
            assertThat(talk.askFrom(2 + n++ % 3, bare).status())
                    .as(operation.id())
                    .isEqualTo(401);
            boolean guardians = ServiceAtHand.isGuardians(operation);
            boolean reads = operation.node().path("description").asText().endsWith("the scope READ.");
            talk.ask(
                    guardians
                            ? ServiceAtHand.asGuardian(bare, ServiceAtHand.KEY)
                            : bare.with("X-API-Key", reads ? service.meteringKey : service.readingKey),
                    403);
            int status = 401;
            while (status == 401) { // as often as the limit allows, and once more
                status = talk.askFrom(5, bare).status();
            }
            assertThat(status).as(operation.id()).isEqualTo(429);
        }
    }

    @Test
    @Order(8)
    @DisplayName("agree on what HTTP itself says, at any address")
    void http() throws Exception {
        SocketSender socket = new SocketSender(service.server.port(), 1);
        String live = "/api/v1/health/live";
        Map<Call, Integer> calls = Map.of(
                Call.get("/api/v1/nothing"), 404,
                Call.of("DELETE", live), 405,
                Call.of("PATCH", "/api/v1/namespaces"), 405,
                Call.get(live).with("X-Long", "x".repeat(10_000)), 431,
                Call.get("/" + "x".repeat(10_000)), 414,
                Call.get(live).with("Expect", "the-unexpected"), 417,
                Call.get("/api/v1/%zz"), 400);
        for (Map.Entry<Call, Integer> each : calls.entrySet()) {
            Answer answer = socket.send(each.getKey());
            assertThat(contract.faultsOfHttp(answer))
                    .as("%s: %s", each.getKey(), answer)
                    .isEmpty();
            assertThat(answer.status()).as(answer.body()).isEqualTo(each.getValue());
            assertThat(answer.header("Allow").isPresent()).isEqualTo(answer.status() == 405);
        }
        Answer version = socket.send("GET " + live + " HTTP/9.9\r\nHost: here\r\n\r\n");
        assertThat(version.status()).isEqualTo(505);
        assertThat(contract.faultsOfHttp(version)).as(version.toString()).isEmpty();
    }

    @Test
    @Order(9)
    @DisplayName("agree on the health of a service that is about to stop")
    void stopping() throws Exception {
        service.server.health().stopping();
        talk.ask(call("getHealth"), 503);
        talk.ask(call("getReadiness"), 503);
        talk.ask(call("getLiveness"), 200);
    }

    @Test
    @Order(10)
    @DisplayName("name the same answers: every one was seen here, but those that are listed with a reason")
    void allSeen() {
        Set<String> unseen = new TreeSet<>();
        for (Documented operation : contract.operations()) {
            operation.statuses().forEach(status -> unseen.add(operation.id() + " " + status));
        }
        unseen.removeAll(talk.seen());

        assertThat(unseen).isEqualTo(notSeenHere);
    }

    private List<JsonNode> examples(String operation) {
        return contract.operation(operation)
                .requestContent()
                .path("application/json")
                .path("examples")
                .findValues("value");
    }

    /** The same, again: 304. */
    private void unchanged(String operation) throws IOException, InterruptedException {
        String tag = talk.ask(call(operation), 200).header("ETag").orElseThrow();
        talk.ask(call(operation).with("If-None-Match", tag), 304);
    }

    /** Waits until an operation has ended. */
    private JsonNode ended(Answer accepted) throws IOException, InterruptedException {
        String id = accepted.text("operation_id");
        assertThat(accepted.header("Location")).contains("/api/v1/merge-operations/" + id);
        talk.ask(ServiceAtHand.call(contract.operation("watchOperation"), ServiceAtHand.LEARNER, id), 200);
        return talk.ask(ServiceAtHand.call(contract.operation("getOperation"), ServiceAtHand.LEARNER, id), 200)
                .json();
    }

    private void refusedAsBySchema(Documented operation, JsonNode body, String pointer)
            throws IOException, InterruptedException {
        JsonNode schema = operation.requestContent().path("application/json").path("schema");
        assertThat(contract.schemaFaults(schema, body)).as(body.toString()).isNotEmpty();
        Answer refused = talk.ask(ServiceAtHand.call(operation).sending(body.toString()), 422);
        assertThat(refused.json().path("errors"))
                .as(refused.body())
                .anyMatch(error -> error.path("pointer").asText().equals(pointer));
    }
}

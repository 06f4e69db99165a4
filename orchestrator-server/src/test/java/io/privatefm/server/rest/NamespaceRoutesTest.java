/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static io.privatefm.server.rest.LiveService.NAMESPACES;
import static io.privatefm.server.rest.LiveService.assertProblem;
import static io.privatefm.server.rest.LiveService.faults;
import static io.privatefm.server.rest.LiveService.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Namespaces over HTTP")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NamespaceRoutesTest {
    private static final String KEY = "Idempotency-Key";

    private LiveService service;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        service = LiveService.in(folder);
    }

    @AfterAll
    void stop() {
        service.close();
    }

    private static String wanted(String learner) {
        return "{\"learner_id\":\"" + learner + "\",\"subjects\":[\"math\"]}";
    }

    @Test
    @DisplayName("name everything that is wrong with a request in one answer, each by its place")
    void allFaultsAtOnce() throws Exception {
        HttpResponse<String> refused = service.post(
                NAMESPACES,
                "{\"learner_id\":\"no spaces\",\"subjects\":[\"math\",7,\"\",\"math\",\"art\"],"
                        + "\"foundation_release\":\" \",\"a/b~c\":1}");
        JsonNode problem = assertProblem(refused, 422, "INVALID_ARGUMENT");
        assertThat(faults(problem))
                .containsExactlyInAnyOrder(
                        "/learner_id", "/subjects/1", "/subjects/2", "/subjects/3", "/foundation_release", "/a~1b~0c");
        assertThat(problem.path("errors"))
                .allSatisfy(
                        fault -> assertThat(fault.path("detail").textValue()).isNotBlank());

        JsonNode empty = assertProblem(service.post(NAMESPACES, "{}"), 422, "INVALID_ARGUMENT");
        assertThat(faults(empty)).containsExactlyInAnyOrder("/learner_id", "/subjects");
        JsonNode kinds = assertProblem(
                service.post(NAMESPACES, "{\"learner_id\":{\"id\":1},\"subjects\":\"math\"}"), 422, "INVALID_ARGUMENT");
        assertThat(faults(kinds)).containsExactlyInAnyOrder("/learner_id", "/subjects");
        JsonNode none = assertProblem(
                service.post(NAMESPACES, "{\"learner_id\":null,\"subjects\":[]}"), 422, "INVALID_ARGUMENT");
        assertThat(faults(none)).containsExactlyInAnyOrder("/learner_id", "/subjects");
        List<String> many = Collections.nCopies(NewNamespace.MOST_SUBJECTS + 1, "\"m\"");
        JsonNode tooMany = assertProblem(
                service.post(NAMESPACES, "{\"learner_id\":\"ada\",\"subjects\":" + many + "}"),
                422,
                "INVALID_ARGUMENT");
        assertThat(faults(tooMany)).contains("/subjects");
        JsonNode array = assertProblem(service.post(NAMESPACES, "[]"), 422, "INVALID_ARGUMENT");
        assertThat(faults(array)).startsWith("");
    }

    @Test
    @DisplayName("tell a body that is not JSON from one of another kind, and repeat nothing of it")
    void malformed() throws Exception {
        for (String body : List.of(
                "{\"learner_id\":canary",
                wanted("canary") + "{}",
                wanted("canary") + " canary",
                "{\"learner_id\":\"canary\",\"learner_id\":\"canary\"}",
                "{\"subjects\":" + "[".repeat(40) + "]".repeat(40) + "}",
                "{\"learner_id\":NaN}",
                " ")) {
            HttpResponse<String> refused = service.post(NAMESPACES, body);
            assertProblem(refused, 400, "MALFORMED_REQUEST");
            assertThat(refused.body()).doesNotContain("canary");
        }
        HttpRequest.Builder latin = service.request(NAMESPACES)
                .POST(BodyPublishers.ofByteArray(wanted("ren\u00e9").getBytes(StandardCharsets.ISO_8859_1)))
                .header("Content-Type", "application/json");
        assertProblem(service.send(latin), 400, "MALFORMED_REQUEST");
        for (String type : List.of("text/json", "application/x-www-form-urlencoded", "application/merge-patch+json")) {
            HttpRequest.Builder other = service.request(NAMESPACES)
                    .POST(BodyPublishers.ofString(wanted("canary")))
                    .header("Content-Type", type);
            assertProblem(service.send(other), 415, "UNSUPPORTED_MEDIA_TYPE");
        }
        HttpRequest.Builder untyped = service.request(NAMESPACES).POST(BodyPublishers.ofString(wanted("canary")));
        assertProblem(service.send(untyped), 415, "UNSUPPORTED_MEDIA_TYPE");
        HttpRequest.Builder declared = service.request(NAMESPACES)
                .POST(BodyPublishers.ofString(wanted("declared")))
                .header("Content-Type", "Application/JSON ; charset=utf-8");
        assertThat(service.send(declared).statusCode()).isEqualTo(201);
        assertThat(service.get(NAMESPACES + "/canary").statusCode()).isEqualTo(404);
    }

    @Test
    @DisplayName("are made once, whoever asks at the same time")
    void madeOnce() throws Exception {
        for (int round = 0; round < 4; round++) {
            String learner = "contested-" + round;
            List<HttpResponse<String>> answers =
                    service.sendAtOnce(Collections.nCopies(8, service.posting(NAMESPACES, wanted(learner))));
            assertThat(answers)
                    .filteredOn(answer -> answer.statusCode() == 201)
                    .hasSize(1)
                    .allSatisfy(answer ->
                            assertThat(answer.headers().firstValue("Location")).contains(NAMESPACES + "/" + learner));
            for (HttpResponse<String> answer : answers) {
                if (answer.statusCode() != 201) {
                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
                    assertThat(json(answer).path("code").textValue()).isIn("ALREADY_EXISTS", "CONFLICT");
                }
            }
            assertThat(service.get(NAMESPACES + "/" + learner).statusCode()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("are made once for each Idempotency-Key, and the answer is the same again")
    void idempotent() throws Exception {
        HttpResponse<String> first = service.post(NAMESPACES, wanted("eva"), KEY, "make eva");
        HttpResponse<String> again =
                service.post(NAMESPACES, "{ \"subjects\": [\"math\"], \"learner_id\": \"eva\" }", KEY, "make eva");
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(first.body());
        for (String header : List.of("Location", "ETag")) {
            assertThat(again.headers().firstValue(header))
                    .isPresent()
                    .isEqualTo(first.headers().firstValue(header));
        }
        assertThat(first.headers().firstValue("Idempotency-Replayed")).isEmpty();
        assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
        assertProblem(service.post(NAMESPACES, wanted("emil"), KEY, "make eva"), 422, "IDEMPOTENCY_KEY_REUSED");
        assertThat(service.get(NAMESPACES + "/emil").statusCode()).isEqualTo(404);
        assertProblem(service.post(NAMESPACES, wanted("eva"), KEY, "another"), 409, "ALREADY_EXISTS");
        JsonNode tooLong =
                assertProblem(service.post(NAMESPACES, wanted("eva"), KEY, "k".repeat(256)), 422, "INVALID_ARGUMENT");
        assertThat(faults(tooLong)).containsExactly(KEY);

        assertProblem(service.post(NAMESPACES, "{}", KEY, "refused first"), 422, "INVALID_ARGUMENT");
        assertThat(service.post(NAMESPACES, wanted("emma"), KEY, "refused first")
                        .statusCode())
                .as("nothing came of the key")
                .isEqualTo(201);
    }

    @Test
    @DisplayName(
            "are made once where the same Idempotency-Key comes twice at the same time; nobody is told that they exist")
    void idempotentAtOnce() throws Exception {
        for (int round = 0; round < 8; round++) {
            String learner = "twin-" + round;
            HttpRequest.Builder request = service.posting(NAMESPACES, wanted(learner), KEY, learner);
            List<HttpResponse<String>> answers = service.sendAtOnce(List.of(request, request));
            assertThat(answers)
                    .filteredOn(answer -> answer.statusCode() == 201
                            && answer.headers()
                                    .firstValue("Idempotency-Replayed")
                                    .isEmpty())
                    .as("round %s: %s", round, answers)
                    .hasSize(1);
            for (HttpResponse<String> answer : answers) {
                if (answer.statusCode() != 201) {
                    assertProblem(answer, 409, "CONFLICT");
                    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
                }
            }
            HttpResponse<String> later = service.send(request);
            assertThat(later.statusCode()).isEqualTo(201);
            assertThat(later.headers().firstValue("Idempotency-Replayed")).contains("true");
        }
    }

    @Test
    @DisplayName("are not sent again to those who have them as they are")
    void conditional() throws Exception {
        service.provision("nora");
        String path = NAMESPACES + "/nora";
        String tag = service.get(path).headers().firstValue("ETag").orElseThrow();
        for (String known : List.of(tag, "W/" + tag, "\"x\", " + tag, "*")) {
            HttpResponse<String> unchanged = service.get(path, "If-None-Match", known);
            assertThat(unchanged.statusCode()).as(known).isEqualTo(304);
            assertThat(unchanged.body()).isEmpty();
            assertThat(unchanged.headers().firstValue("ETag")).contains(tag);
        }
        assertThat(service.get(path, "If-None-Match", "\"x\"").statusCode()).isEqualTo(200);
        assertThat(service.send(service.request(path + "/legal-hold").PUT(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> changed = service.get(path, "If-None-Match", tag);
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(changed.headers().firstValue("ETag").orElseThrow()).isNotEqualTo(tag);
        assertProblem(service.get(path, "If-None-Match", "x"), 400, "MALFORMED_REQUEST");
    }

    @Test
    @DisplayName("are listed page by page to the end, each once")
    void pages() throws Exception {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            String learner = "page:" + (char) ('k' - i) + "@school"; // from the last to the first
            assertThat(service.provision(learner).statusCode()).isEqualTo(201);
            made.add(learner);
        }
        List<String> walked = walk("?limit=3", 3);
        assertThat(walked).isSorted().doesNotHaveDuplicates().containsAll(made);
        assertThat(walk("", 50)).containsAll(made);

        String after = "page:f@school";
        List<String> rest = walk("?limit=2&after=page%3Af%40school", 2);
        assertThat(rest)
                .containsAll(List.of("page:g@school", "page:k@school"))
                .allMatch(name -> name.compareTo(after) > 0);
        assertThat(json(service.get(NAMESPACES + "?after=zzzz")).path("items")).isEmpty();

        service.send(deletion("page:g@school", LiveService.GUARDIAN_KEY));
        assertThat(walk("?limit=1", 1)).isEqualTo(without(walked, "page:g@school"));
        assertThat(json(service.get(NAMESPACES + "?after=page:g@school&limit=1"))
                        .at("/items/0/learner_id")
                        .textValue())
                .as("after one that is gone")
                .isEqualTo("page:h@school");
        for (String limit : List.of("0", "-1", "201", "ten", "1.5", "", "00", "99999999999999999999")) {
            JsonNode problem = assertProblem(service.get(NAMESPACES + "?limit=" + limit), 422, "INVALID_ARGUMENT");
            assertThat(faults(problem)).containsExactly("limit");
        }
        JsonNode all =
                assertProblem(service.get(NAMESPACES + "?limit=0&limit=1&after=%20&more=1"), 422, "INVALID_ARGUMENT");
        assertThat(new TreeSet<>(faults(all))).containsExactly("after", "limit", "more");
    }

    private static List<String> without(List<String> names, String name) {
        return names.stream().filter(other -> !other.equals(name)).toList();
    }

    private List<String> walk(String query, int most) throws Exception {
        List<String> names = new ArrayList<>();
        String next = NAMESPACES + query;
        while (!next.isEmpty()) {
            HttpResponse<String> page = service.get(next);
            JsonNode items = json(page).path("items");
            assertThat(items.size()).isBetween(1, most);
            items.forEach(item -> names.add(item.path("learner_id").textValue()));
            String link = page.headers().firstValue("Link").orElse("");
            assertThat(link.isEmpty()).isEqualTo(json(page).path("next").isNull());
            assertThat(link).matches("|<.+>; rel=\"next\"");
            next = link.isEmpty() ? "" : link.substring(1, link.indexOf('>'));
        }
        return names;
    }

    private HttpRequest.Builder deletion(String learner, String key) {
        return service.bare(NAMESPACES + "/" + learner)
                .DELETE()
                .header("X-Guardian-Id", "a guardian")
                .header("X-Guardian-Key", key);
    }

    @Test
    @DisplayName("are deleted by the guardian, who gets a receipt; then there is no such learner")
    void deleted() throws Exception {
        service.provision("dora");
        String uid = json(service.get(NAMESPACES + "/dora")).path("ns_uid").textValue();
        HttpResponse<String> deleted = service.send(deletion("dora", LiveService.GUARDIAN_KEY));
        assertThat(deleted.statusCode()).as(deleted.body()).isEqualTo(200);
        JsonNode receipt = json(deleted);
        assertThat(receipt.path("status").textValue()).isEqualTo("DELETED");
        assertThat(receipt.path("ns_uid").textValue()).isEqualTo(uid);
        assertThat(receipt.path("receipt").isObject()).isTrue();
        assertThat(receipt.path("receipt").toString()).doesNotContain("dora");

        assertProblem(service.get(NAMESPACES + "/dora"), 404, "NAMESPACE_NOT_FOUND");
        assertThat(service.get(NAMESPACES + "/dora/adapters").statusCode()).isIn(404, 410);
        assertProblem(service.provision("dora"), 410, "NAMESPACE_DELETED");
        assertThat(service.get(NAMESPACES).body()).doesNotContain("dora");
        HttpResponse<String> again = service.send(deletion("dora", LiveService.GUARDIAN_KEY));
        assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
        assertThat(json(again)).as("the receipt again").isEqualTo(receipt);
    }

    @Test
    @DisplayName("are not deleted, nor betrayed, to who is not the guardian")
    void notTheGuardian() throws Exception {
        service.provision("lena");
        String wrong = "guardian-key-of-another-0123456789abcdef";
        assertThat(answer(deletion("lena", wrong))).isEqualTo(answer(deletion("nobody-of-that-name", wrong)));
        HttpRequest.Builder ofOne = service.request(NAMESPACES + "/lena").DELETE();
        HttpRequest.Builder ofNobody =
                service.request(NAMESPACES + "/nobody-of-that-name").DELETE();
        assertThat(answer(ofOne)).isEqualTo(answer(ofNobody));
        assertThat(answer(deletion("nobody-of-that-name", LiveService.GUARDIAN_KEY)))
                .startsWith("4");
        assertThat(service.get(NAMESPACES + "/lena").statusCode()).isEqualTo(200);
    }

    /** All of an answer but what differs from request to request. */
    private String answer(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = service.send(request.header("X-Correlation-Id", "the same"));
        List<String> headers = new ArrayList<>();
        answer.headers().map().forEach((name, values) -> {
            if (!name.equalsIgnoreCase("Date")) {
                headers.add(name + values);
            }
        });
        return answer.statusCode() + " " + headers + " " + answer.body();
    }
}

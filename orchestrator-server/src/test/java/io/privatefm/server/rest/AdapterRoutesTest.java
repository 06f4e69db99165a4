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
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Adapters over HTTP")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdapterRoutesTest {
    private LiveService service;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        service = LiveService.in(folder);
    }

    @AfterAll
    void stop() {
        service.close();
    }

    private HttpResponse<String> upload(String learner, FormBody form, String... headers) throws Exception {
        return service.send(service.uploading(learner, form.whole(), headers));
    }

    private static String tag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    private JsonNode newest(String learner) throws Exception {
        return json(service.get(NAMESPACES + "/" + learner + "/adapters")).path("items");
    }

    private JsonNode assertRefused(HttpResponse<String> answer, int status, String code) throws IOException {
        JsonNode problem = assertProblem(answer, status, code);
        assertThat(service.staged()).isEmpty();
        return problem;
    }

    @Test
    @DisplayName("are new revisions once, with or without a length")
    void revisions() throws Exception {
        service.provision("ada");
        HttpResponse<String> first = upload("ada", FormBody.adapter());
        assertThat(first.statusCode()).as(first.body()).isEqualTo(201);
        assertThat(json(first).path("revision").intValue()).isEqualTo(1);

        HttpResponse<String> again =
                service.send(service.uploading("ada", FormBody.adapter().chunked()));
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(tag(again)).isEqualTo(tag(first));
        FormBody otherOrder =
                new FormBody().part(FormBody.WEIGHTS, FormBody.weights()).part(FormBody.CONFIG, FormBody.config());
        assertThat(upload("ada", otherOrder).statusCode()).isEqualTo(200);

        HttpResponse<String> second = upload("ada", FormBody.other());
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(json(second).path("revision").intValue()).isEqualTo(2);
        HttpResponse<String> back = upload("ada", FormBody.adapter());
        assertThat(back.statusCode())
                .as("as the first, which is not the newest")
                .isEqualTo(201);
        assertThat(newest("ada")).containsExactly(json(back));
        assertThat(service.staged()).isEmpty();
    }

    @Test
    @DisplayName("replace the revision that their caller knows, and no other")
    void conditional() throws Exception {
        service.provision("ben");
        assertRefused(upload("ben", FormBody.adapter(), "If-Match", "*"), 412, "PRECONDITION_FAILED");
        HttpResponse<String> first = upload("ben", FormBody.adapter(), "If-None-Match", "*");
        assertThat(first.statusCode()).isEqualTo(201);
        assertRefused(upload("ben", FormBody.other(), "If-None-Match", "*"), 412, "PRECONDITION_FAILED");
        for (String wrong : List.of("\"1-0000000000000000\"", "W/" + tag(first))) {
            assertRefused(upload("ben", FormBody.other(), "If-Match", wrong), 412, "PRECONDITION_FAILED");
        }
        assertRefused(upload("ben", FormBody.other(), "If-Match", "1"), 400, "MALFORMED_REQUEST");
        assertThat(newest("ben")).containsExactly(json(first));

        HttpResponse<String> second = upload("ben", FormBody.other(), "If-Match", "\"x\", " + tag(first));
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(upload("ben", FormBody.other(), "If-Match", tag(first)).statusCode())
                .as("sent again by who got no answer")
                .isEqualTo(200);
        assertRefused(upload("ben", FormBody.adapter(), "If-Match", tag(first)), 412, "PRECONDITION_FAILED");
        assertThat(upload("ben", FormBody.adapter(), "If-Match", "*").statusCode())
                .isEqualTo(201);
    }

    @Test
    @DisplayName("of two callers who know the same revision, one replaces it")
    void race() throws Exception {
        service.provision("cleo");
        String known = tag(upload("cleo", FormBody.adapter()));
        for (int round = 0; round < 4; round++) {
            List<HttpResponse<String>> answers = service.sendAtOnce(List.of(
                    service.uploading("cleo", alpha(32 + 2 * round).whole(), "If-Match", known),
                    service.uploading("cleo", alpha(33 + 2 * round).whole(), "If-Match", known)));
            List<HttpResponse<String>> won = answers.stream()
                    .filter(answer -> answer.statusCode() == 201)
                    .toList();
            assertThat(won).as("round %s: %s", round, answers).hasSize(1);
            for (HttpResponse<String> answer : answers) {
                if (answer.statusCode() != 201) {
                    assertThat(answer.statusCode()).as(answer.body()).isIn(409, 412);
                }
            }
            assertThat(newest("cleo")).containsExactly(json(won.get(0)));
            assertThat(json(won.get(0)).path("revision").intValue()).isEqualTo(round + 2);
            known = tag(won.get(0));
        }
    }

    private static FormBody alpha(int alpha) throws IOException {
        return new FormBody()
                .part(FormBody.CONFIG, config("\"lora_alpha\": 16", "\"lora_alpha\": " + alpha))
                .part(FormBody.WEIGHTS, FormBody.weights());
    }

    private static String config(String text, String other) throws IOException {
        String config = new String(FormBody.config(), StandardCharsets.UTF_8);
        assertThat(config).contains(text);
        return config.replace(text, other);
    }

    @Test
    @DisplayName("are refused beyond the most that one may have, before they are sent or as soon as they are too long")
    void tooLarge() throws Exception {
        service.provision("dana");
        String tooLong = "Content-Length: " + (LiveService.MOST_UPLOAD + 1);
        try (HalfSentUpload unsent = HalfSentUpload.begin(service, "dana", tooLong)) {
            assertThat(unsent.answer()).startsWith("http/1.1 413 ").contains("content_too_large", "connection: close");
        }
        assertThat(service.staged()).isEmpty();
        byte[] begun = new FormBody()
                .part(FormBody.CONFIG, FormBody.config())
                .part(FormBody.WEIGHTS, new byte[LiveService.MOST_UPLOAD])
                .open();
        try (HalfSentUpload chunked = HalfSentUpload.begin(service, "dana", "Transfer-Encoding: chunked")) {
            chunked.sendChunk(Arrays.copyOf(begun, LiveService.MOST_UPLOAD + 1));
            assertThat(chunked.answer()).startsWith("http/1.1 413 ").contains("content_too_large", "connection: close");
        }
        assertThat(service.staged()).isEmpty();
        byte[] config = Arrays.copyOf(FormBody.config(), (1 << 20) + 1);
        Arrays.fill(config, FormBody.config().length, config.length, (byte) ' ');
        FormBody longConfig = new FormBody().part(FormBody.CONFIG, config).part(FormBody.WEIGHTS, "");
        HttpResponse<String> answer = upload("dana", longConfig);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
        assertThat(faults(json(answer))).contains("/" + FormBody.CONFIG);
        assertThat(newest("dana")).isEmpty();
    }

    @Test
    @DisplayName("are refused where they are no adapters, with the part at fault and what is wrong with it")
    void invalid() throws Exception {
        service.provision("emil");
        byte[] weights = FormBody.weights();
        byte[] notFinite = weights.clone();
        Arrays.fill(notFinite, notFinite.length - 4, notFinite.length, (byte) 0xff);
        byte[] endless = weights.clone();
        Arrays.fill(endless, 0, 8, (byte) 0x7f);
        for (byte[] wrong : List.of(
                new byte[0],
                "canary of weights".getBytes(StandardCharsets.US_ASCII),
                Arrays.copyOf(weights, weights.length - 1),
                Arrays.copyOf(weights, weights.length + 1),
                notFinite,
                endless)) {
            FormBody form =
                    new FormBody().part(FormBody.CONFIG, FormBody.config()).part(FormBody.WEIGHTS, wrong);
            assertFault(upload("emil", form), FormBody.WEIGHTS);
        }
        for (String wrong : List.of(
                "",
                "{",
                "[]",
                "canary of a config",
                config("\"lora_alpha\": 16", "\"lora_alpha\": \"16\""),
                config("\"LORA\"", "\"NEITHER\""))) {
            FormBody form = new FormBody().part(FormBody.CONFIG, wrong).part(FormBody.WEIGHTS, weights);
            assertFault(upload("emil", form), FormBody.CONFIG);
        }
        assertThat(newest("emil")).isEmpty();
    }

    private void assertFault(HttpResponse<String> answer, String part) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
        JsonNode problem = json(answer);
        assertThat(problem.path("code").textValue())
                .as(answer.body())
                .isIn("ADAPTER_INVALID", "ADAPTER_UNSUPPORTED", "ADAPTER_MISFIT", "NOT_FINITE");
        assertThat(faults(problem)).as(answer.body()).containsExactly("/" + part);
        assertThat(problem.path("detail").textValue())
                .contains(part)
                .doesNotContain(service.home().toString());
        assertThat(service.staged()).isEmpty();
    }

    @Test
    @DisplayName("are refused where a part is missing, there twice, unknown or not in the form of one")
    void parts() throws Exception {
        service.provision("fay");
        Map<FormBody, List<String>> wrong = Map.of(
                new FormBody().part(FormBody.CONFIG, FormBody.config()),
                List.of("/" + FormBody.WEIGHTS),
                new FormBody().part(FormBody.WEIGHTS, FormBody.weights()),
                List.of("/" + FormBody.CONFIG),
                FormBody.adapter().part(FormBody.WEIGHTS, FormBody.weights()),
                List.of("/" + FormBody.WEIGHTS),
                FormBody.adapter()
                        .part(FormBody.CONFIG, "{}")
                        .part("../x", "canary")
                        .part("trained_on", "abc"),
                List.of("/" + FormBody.CONFIG, "/..~1x", "/trained_on"),
                new FormBody().part("trained_on", "0".repeat(64)).part("trained_on", "0".repeat(64)),
                List.of("/trained_on", "/" + FormBody.CONFIG, "/" + FormBody.WEIGHTS));
        for (Map.Entry<FormBody, List<String>> each : wrong.entrySet()) {
            JsonNode problem = assertRefused(upload("fay", each.getKey()), 422, "INVALID_ARGUMENT");
            assertThat(faults(problem)).containsExactlyInAnyOrderElementsOf(each.getValue());
        }
        assertRefused(
                service.send(service.uploading(
                        "fay", BodyPublishers.ofByteArray(FormBody.adapter().open()))),
                400,
                "MALFORMED_REQUEST");
        for (String type : List.of("multipart/form-data", "multipart/form-data; boundary=another")) {
            HttpRequest.Builder request = service.request(NAMESPACES + "/fay/adapters/math")
                    .PUT(FormBody.adapter().whole())
                    .header("Content-Type", type);
            assertRefused(service.send(request), 400, "MALFORMED_REQUEST");
        }
        FormBody declared = FormBody.adapter().part("trained_on", "0".repeat(64));
        assertRefused(upload("fay", declared), 422, "ADAPTER_MISFIT");
        assertThat(newest("fay")).isEmpty();
    }

    @Test
    @DisplayName("come from the adapter store with their hash, and from nowhere else")
    void references() throws Exception {
        service.provision("gus");
        Path folder = Files.createDirectories(service.adapterStore().resolve("gus/math"));
        Files.write(folder.resolve(FormBody.CONFIG), FormBody.config());
        Files.write(folder.resolve(FormBody.WEIGHTS), FormBody.weights());
        String hash = sha256(FormBody.weights());
        JsonNode wrong = assertRefused(reference("gus", "gus/math", "0".repeat(64)), 422, "ADAPTER_INVALID");
        assertThat(faults(wrong)).containsExactly("/" + FormBody.WEIGHTS);
        for (String elsewhere : List.of("../home", "gus/../gus/math", "/etc", "gus/nothing", "file:gus/math")) {
            HttpResponse<String> refused = reference("gus", elsewhere, hash);
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
            assertThat(refused.body()).doesNotContain(service.adapterStore().toString());
        }
        Files.createDirectories(service.adapterStore().resolve("gus/empty"));
        HttpResponse<String> incomplete = reference("gus", "gus/empty", hash);
        assertRefused(incomplete, 422, "ADAPTER_INVALID");
        assertThat(incomplete.body())
                .as("where the adapter store lies is the operator's business")
                .doesNotContain(service.adapterStore().toString())
                .contains("holds no adapter_config.json");
        JsonNode both = assertRefused(reference("gus", "", "12"), 422, "INVALID_ARGUMENT");
        assertThat(faults(both)).containsExactlyInAnyOrder("/uri", "/sha256");
        assertThat(newest("gus")).isEmpty();

        HttpResponse<String> taken = reference("gus", "gus/math", hash);
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(201);
        HttpResponse<String> sent = upload("gus", FormBody.adapter());
        assertThat(sent.statusCode()).as("the same bytes").isEqualTo(200);
        assertThat(sent.body()).isEqualTo(taken.body());
    }

    private HttpResponse<String> reference(String learner, String uri, String hash) throws Exception {
        return service.send(service.request(NAMESPACES + "/" + learner + "/adapters/math")
                .PUT(BodyPublishers.ofString("{\"uri\":\"" + uri + "\",\"sha256\":\"" + hash + "\"}"))
                .header("Content-Type", "application/json"));
    }

    @Test
    @EnabledOnOs(OS.LINUX) // which shows files that have no name any more
    @DisplayName("are never in the clear on the disk, a few at a time, and are gone with callers who go away")
    void underWay() throws Exception {
        service.provision("hal");
        String canary = "canary-of-an-adapter-".repeat(200);
        byte[] begun = new FormBody()
                .part(FormBody.CONFIG, FormBody.config())
                .part(FormBody.WEIGHTS, canary)
                .open();
        List<HalfSentUpload> uploads = new ArrayList<>();
        try {
            for (int i = 0; i < Staging.UPLOADS; i++) {
                HalfSentUpload upload = HalfSentUpload.begin(service, "hal", "Transfer-Encoding: chunked");
                uploads.add(upload);
                upload.sendChunk(begun);
            }
            while (stagedBytes() < (long) canary.length() * Staging.UPLOADS) { // until they lie there
                Thread.onSpinWait();
            }
            for (Path file : service.staged()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .doesNotContain("canary", "lora", "peft");
            }
            HttpResponse<String> oneMore = upload("hal", FormBody.adapter());
            assertProblem(oneMore, 503, "BUSY");
            assertThat(oneMore.headers().firstValue("Retry-After")).isPresent();
        } finally {
            for (HalfSentUpload upload : uploads) {
                upload.close();
            }
        }
        HttpResponse<String> answer = upload("hal", FormBody.adapter());
        while (answer.statusCode() == 503) { // until they are gone
            answer = upload("hal", FormBody.adapter());
        }
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        while (!service.staged().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private long stagedBytes() throws IOException {
        long bytes = 0;
        for (Path file : service.staged()) {
            bytes += size(file);
        }
        return bytes;
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0; // it has lost its name meanwhile, and is found by its descriptor
        }
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}

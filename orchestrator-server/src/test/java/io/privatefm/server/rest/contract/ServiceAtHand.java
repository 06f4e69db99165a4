/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.server.PfmServer;
import io.privatefm.server.access.ApiKey;
import io.privatefm.server.cli.PfmRun;
import io.privatefm.server.config.ServerSettings;
import io.privatefm.server.rest.contract.Contract.Documented;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Fixture: one service on an H2 file for all that is asked here, its keys, and what each operation may be asked. */
final class ServiceAtHand implements AutoCloseable {
    static final String KEY = "service-key-of-a-test-0123456789abcdef";
    static final String LEARNER = "ada";

    /** What the adapter store calls one with the same weights and another alpha. */
    static final String OTHER_ADAPTER = "ada/other";

    private static final String GUARDIAN_KEY = "guardian-key-of-a-test-0123456789abcdef";
    private static final String ADAPTER = "/tiny-tutor/adapters/7d9f7c1e-5d3a-4b52-9c43-2f6a1d0e8b11/math/";
    private static final List<String> ADAPTER_FILES = List.of("adapter_config.json", "adapter_model.safetensors");
    private static final String BOUNDARY = "0e8b11";

    /** Opens what only those who read may do. */
    final String readingKey;

    /** Opens nothing but the metrics. */
    final String meteringKey;

    final PfmServer server;

    private ServiceAtHand(Path folder) throws IOException {
        Path home = folder.resolve("home");
        for (String file : List.of("config.json", "model.safetensors")) {
            write(
                    home.resolve("foundation/release-1").resolve(file),
                    bytes("/tiny-tutor/foundation/release-1/" + file));
        }
        Path adapters = folder.resolve("adapters");
        for (String file : ADAPTER_FILES) {
            write(adapters.resolve("ada/math").resolve(file), bytes(ADAPTER + file));
        }
        for (String file : ADAPTER_FILES) {
            write(
                    adapters.resolve(OTHER_ADAPTER).resolve(file),
                    new String(bytes(ADAPTER + file), StandardCharsets.ISO_8859_1)
                            .replace("\"lora_alpha\": 16", "\"lora_alpha\": 8")
                            .getBytes(StandardCharsets.ISO_8859_1));
        }
        Files.createDirectories(home.resolve("blobs"));
        readingKey = storedKey(home, "read");
        meteringKey = storedKey(home, "metrics");
        server = PfmServer.open(ServerSettings.of(Map.of(
                "PFM_HOME",
                home.toString(),
                "ADAPTER_STORE_URL",
                adapters.toString(),
                "SERVICE_API_KEY",
                KEY,
                "GUARDIAN_API_KEY",
                GUARDIAN_KEY,
                "MAX_UPLOAD_BYTES",
                String.valueOf(1 << 20),
                "BIND_ADDRESS",
                "127.0.0.1",
                "PORT",
                "0")));
        server.start();
    }

    static ServiceAtHand in(Path folder) throws IOException {
        return new ServiceAtHand(folder);
    }

    private static String storedKey(Path home, String scope) {
        String printed = PfmRun.of("keys", "create", "--home", home, "--scopes", scope, "--label", scope, "--json")
                .assertDone()
                .out();
        return List.of(printed.split("\"", -1)).stream()
                .filter(text -> ApiKey.parse(text).isPresent())
                .findFirst()
                .orElseThrow();
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private static byte[] bytes(String resource) throws IOException {
        try (InputStream in = ServiceAtHand.class.getResourceAsStream(resource)) {
            return in.readAllBytes();
        }
    }

    /** What an operation may be asked, with the keys for it and, where it takes one, the first body of its examples. */
    static Call call(Documented operation) {
        return call(operation, LEARNER, "none");
    }

    static Call call(Documented operation, String learner, String operationId) {
        Call call = withoutBody(operation, learner, operationId);
        JsonNode examples = operation.requestContent().path("application/json").path("examples");
        return examples.isEmpty()
                ? call
                : call.sending(examples.iterator().next().path("value").toString());
    }

    static Call withoutBody(Documented operation, String learner, String operationId) {
        Call call = Call.of(
                operation.method(),
                operation.at(Map.of(
                        "learner_id",
                        learner,
                        "subject",
                        "math",
                        "version",
                        "1",
                        "variant",
                        "math",
                        "operation_id",
                        operationId)));
        return isGuardians(operation) ? asGuardian(call, GUARDIAN_KEY) : call.with("X-API-Key", KEY);
    }

    static Call asGuardian(Call call, String key) {
        return call.with("X-Guardian-Key", key).with("X-Guardian-Id", "a guardian");
    }

    static boolean isGuardians(Documented operation) {
        return operation.node().path("security").path(0).has("guardianKey");
    }

    static boolean isOpen(Documented operation) {
        return operation.node().has("security") && !isGuardians(operation);
    }

    /** The trained adapter as a form; with one part more if {@code more} is a name. */
    static String form(String more) throws IOException {
        StringBuilder form = new StringBuilder();
        for (String file : ADAPTER_FILES) {
            part(form, file, new String(bytes(ADAPTER + file), StandardCharsets.ISO_8859_1));
        }
        if (!more.isEmpty()) {
            part(form, more, "0".repeat(64));
        }
        return form.append("--" + BOUNDARY + "--\r\n").toString();
    }

    static String formType() {
        return "multipart/form-data; boundary=" + BOUNDARY;
    }

    private static void part(StringBuilder form, String name, String content) {
        form.append("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content
                + "\r\n");
    }

    @Override
    public void close() {
        server.close();
    }
}

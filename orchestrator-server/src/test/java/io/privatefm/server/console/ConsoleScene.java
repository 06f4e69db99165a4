/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.server.PfmServer;
import io.privatefm.server.TestService;
import io.privatefm.server.config.ServerSettings;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.server.home.HomeFoundation;
import io.privatefm.server.home.HomeKeys;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.CheckpointRow;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A service with a past: namespaces on two pages, three nights, merges, a namespace that was damaged and brought back, releases it is
 * behind. Beside it the facade over the same data, which says what is true.
 */
final class ConsoleScene implements AutoCloseable {
    static final String KEY = "service-key-of-the-console-0123456789abcdef";
    static final String GUARDIAN_KEY = "guardian-key-of-the-console-0123456789abcdef";
    static final int LEARNERS = 30;
    static final String DAMAGED = name(2);

    private static final int TRAINED = 24;
    private static final int NIGHTS = 3;

    private final PfmServer server;
    private final HomeDatabase database;
    private final Path folder;
    private final Path home;
    final Orchestrator pfm;
    final TestService client;

    private ConsoleScene(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        home = folder.resolve("home");
        release(home, 1);
        server = PfmServer.open(ServerSettings.of(Map.of(
                "PFM_HOME",
                home.toString(),
                "SERVICE_API_KEY",
                KEY,
                "GUARDIAN_API_KEY",
                GUARDIAN_KEY,
                "BIND_ADDRESS",
                "127.0.0.1",
                "PORT",
                "0",
                "RATE_LIMIT_PER_MINUTE",
                "100000")));
        server.start();
        client = new TestService(origin(), KEY);
        database = HomeDatabase.open(home, Optional.empty());
        pfm = Orchestrator.builder(
                        database.store(),
                        BlobDirectory.at(home),
                        HomeFoundation.open(home, Optional.empty(), Optional.empty()))
                .keyVault(HomeKeys.open(home, Optional.empty(), Optional.empty()))
                .build();
        fill();
    }

    static ConsoleScene in(Path folder) throws IOException, InterruptedException {
        return new ConsoleScene(folder);
    }

    /** The n-th learner, in the order of the list. */
    static String name(int n) {
        return String.format(Locale.ROOT, "learner-%04d", n);
    }

    String origin() {
        return "http://127.0.0.1:" + server.port();
    }

    private void fill() throws IOException, InterruptedException {
        for (int n = 1; n <= LEARNERS; n++) {
            assertThat(client.provision(name(n)).status()).isEqualTo(201);
        }
        for (int night = 0; night < NIGHTS; night++) {
            for (int n = 1 + night; n <= TRAINED; n += NIGHTS) {
                train(name(n), 12 + n % 8);
            }
            run(client.send("POST", "/api/v1/nights", ""));
        }
        damage(DAMAGED);
        run(client.send("POST", "/api/v1/namespaces/" + DAMAGED + "/fallback", "{}"));
        release(home, 2);
        assertThat(client.provision("newcomer").status()).isEqualTo(201);
    }

    /** Registers the trained adapter, scaled by another alpha: the same factors, another model. */
    private void train(String learner, int alpha) throws IOException {
        Path adapter = Files.createDirectories(folder.resolve("adapters").resolve(learner));
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            copy("adapters/" + TestService.LEARNER + "/math/" + file, adapter.resolve(file));
        }
        Path config = adapter.resolve("adapter_config.json");
        String scaled = Files.readString(config).replace("\"lora_alpha\": 16", "\"lora_alpha\": " + alpha);
        Files.writeString(config, scaled);
        pfm.adapters().register(LearnerId.of(learner), Subject.of("math"), LocalModelFiles.open(adapter));
    }

    private void run(TestService.Answer accepted) throws IOException, InterruptedException {
        assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
        JsonNode ended = client.ended(accepted);
        assertThat(ended.path("status").textValue()).as(ended.toString()).isEqualTo("SUCCEEDED");
    }

    /** Flips a bit in the newest checkpoint. */
    void damage(String learner) throws IOException {
        CheckpointRow row = pfm.checkpoints().latest(LearnerId.of(learner)).orElseThrow();
        String blob = row.variants().get(0).blob().hex();
        Path file = home.resolve("blobs")
                .resolve(row.nsUid().value())
                .resolve(blob.substring(0, 2))
                .resolve(blob);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.delete(file);
        Files.write(file, bytes);
    }

    private static void release(Path home, int number) throws IOException {
        String name = "release-" + number;
        Path folder = Files.createDirectories(home.resolve("foundation").resolve(name));
        for (String file : List.of("config.json", "model.safetensors")) {
            copy("foundation/" + name + "/" + file, folder.resolve(file));
        }
    }

    private static void copy(String resource, Path to) throws IOException {
        try (InputStream in = ConsoleScene.class.getResourceAsStream("/tiny-tutor/" + resource)) {
            Files.copy(in, to);
        }
    }

    @Override
    public void close() {
        pfm.close();
        database.close();
        server.close();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.foundation;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.privatefm.core.InMemory;
import io.privatefm.core.ModelCheck;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.HttpFoundation;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A night on a foundation that a model registry serves")
class HttpFoundationNightTest {
    private static final LearnerId ADA = LearnerId.of("ada");
    private static final LearnerId BEN = LearnerId.of("ben");
    private static final Subject MATH = Subject.of("math");
    private static final String WEIGHTS = "/r2/model.safetensors";

    static {
        System.setProperty("sun.net.httpserver.nodelay", "true"); // or each answer takes 40 ms, head and body apart
    }

    /** What is the matter with a release, and what the night says of it. */
    enum Harm {
        WRONG_BYTES(": its bytes do not hash to what the list of files promises, "),
        TRUNCATED(" bytes instead of the "),
        REDIRECT(": redirects to another server, "),
        ERROR(": it answers 503"),
        CUT(": the connection broke: ");

        private final String said;

        Harm(String said) {
            this.said = said;
        }
    }

    @TempDir
    private Path folder;

    private final Map<String, byte[]> bodies = new ConcurrentHashMap<>();
    private Optional<Harm> harm = Optional.empty();
    private HttpServer server;
    private Orchestrator pfm;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
        HttpFoundation foundation = HttpFoundation.registry(
                        "http://127.0.0.1:" + server.getAddress().getPort(), folder.resolve("cache"))
                .attempts(1)
                .freshness(Duration.ZERO)
                .build();
        pfm = Orchestrator.builder(InMemory.store(), BlobDirectory.at(folder.resolve("blobs")), foundation)
                .keyVault(InMemory.vault())
                .build();
    }

    @AfterEach
    void stop() {
        pfm.close();
        server.stop(0);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "publishes nothing on a release that is not as it should be, goes on with others, and merges when it is mended")
    void mended(Harm done) throws Exception {
        twoReleases();
        forget("r2");
        harm = Optional.of(done);

        NightReport night = pfm.merges().runNight();

        assertThat(night.merged()).isEqualTo(1);
        assertThat(reason(night)).contains(WEIGHTS).contains(done.said);
        assertThat(pfm.checkpoints().latest(BEN).orElseThrow().version()).isEqualTo(1);
        assertThat(pfm.checkpoints().verify(ADA, 2)).isInstanceOf(Verification.Intact.class);

        harm = Optional.empty();
        assertMended();
    }

    @Test
    @DisplayName(
            "tells a release that is another version by its content hash; once mended, its folder in the cache goes by hand")
    void otherVersion() throws Exception {
        twoReleases();
        forget("r2");
        Map<String, byte[]> right = Map.copyOf(bodies);
        files("r2", TinyModels.gpt2(3, FloatType.F32));

        assertThat(reason(pfm.merges().runNight())).contains("foundation release r2");
        assertThat(pfm.checkpoints().latest(BEN).orElseThrow().version()).isEqualTo(1);

        bodies.putAll(right);
        assertThat(reason(pfm.merges().runNight())).contains("foundation release r2");
        forget("r2");
        assertMended();
    }

    @Test
    @DisplayName("needs no registry once its releases are in the cache")
    void offline() throws Exception {
        twoReleases();
        server.stop(0);

        assertThat(pfm.merges().runNight().merged()).isEqualTo(2);
        assertThat(pfm.checkpoints().verify(ADA, 2)).isInstanceOf(Verification.Intact.class);
        assertThat(pfm.checkpoints().verify(BEN, 2)).isInstanceOf(Verification.Intact.class);
    }

    /** Ada is on the first release, Ben on the second; both have a checkpoint, and new adapters. */
    private void twoReleases() throws Exception {
        TinyModel first = publish("r1", 1, Optional.empty());
        pfm.namespaces().provision(ADA, List.of(MATH), MergePolicy.DEFAULT);
        trained(ADA, first, 7);
        TinyModel second = publish("r2", 2, Optional.of(first));
        pfm.namespaces().provision(BEN, List.of(MATH), MergePolicy.DEFAULT);
        trained(BEN, second, 8);
        assertThat(pfm.merges().runNight().merged()).isEqualTo(2);
        assertThat(pfm.checkpoints().latest(BEN).orElseThrow().foundationRelease())
                .isEqualTo("r2");
        trained(ADA, first, 9);
        trained(BEN, second, 10);
    }

    private void trained(LearnerId learner, TinyModel model, long seed) {
        pfm.adapters()
                .register(
                        learner, MATH, TinyAdapters.plain(model, seed, "c_attn").files());
    }

    private static String reason(NightReport night) {
        assertThat(night.rejected()).isEqualTo(1);
        return night.results().stream()
                .map(NightReport.Result::outcome)
                .filter(MergeOutcome.Rejected.class::isInstance)
                .map(outcome -> ((MergeOutcome.Rejected) outcome).reason())
                .findFirst()
                .orElseThrow();
    }

    private void assertMended() {
        assertThat(pfm.merges().runNight().merged()).isEqualTo(1);
        assertThat(pfm.checkpoints().latest(BEN).orElseThrow().version()).isEqualTo(2);
        assertThat(pfm.checkpoints().verify(BEN, 1)).isInstanceOf(Verification.Intact.class);
        assertThat(pfm.checkpoints().verify(BEN, 2)).isInstanceOf(Verification.Intact.class);
    }

    /** Deletes a release's folder in the cache, as an operator does. */
    private void forget(String release) throws IOException {
        try (Stream<Path> releases = Files.list(folder.resolve("cache/releases"))) {
            for (Path found : releases.filter(
                            path -> path.getFileName().toString().startsWith(release + "-"))
                    .toList()) {
                delete(found);
            }
        }
    }

    /** Publishes a release after the one that there is, with its content hash. */
    private TinyModel publish(String name, long seed, Optional<TinyModel> before) throws Exception {
        TinyModel model = TinyModels.gpt2(seed, FloatType.F32);
        files(name, model);
        String list = entry(name, model);
        if (before.isPresent()) {
            list = entry("r1", before.get()) + "," + list;
        }
        bodies.put("/releases.json", ("{\"releases\":[" + list + "]}").getBytes(StandardCharsets.UTF_8));
        return model;
    }

    private static String entry(String name, TinyModel model) {
        Sha256 hash = ModelCheck.contentHash(model.files(), 1);
        return "{\"name\":\"" + name + "\",\"path\":\"" + name + "\",\"content_hash\":\"" + hash + "\"}";
    }

    private void files(String name, TinyModel model) throws Exception {
        Path directory = folder.resolve("publisher").resolve(name + "-" + System.identityHashCode(model));
        model.writeTo(directory);
        try (Stream<Path> files = Files.list(directory)) {
            String list = files.sorted().map(file -> listed(name, file)).collect(Collectors.joining(","));
            bodies.put("/" + name + "/files.json", ("{\"files\":[" + list + "]}").getBytes(StandardCharsets.UTF_8));
        }
    }

    private String listed(String name, Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            bodies.put("/" + name + "/" + file.getFileName(), bytes);
            String sha256 = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            return "{\"name\":\"" + file.getFileName() + "\",\"bytes\":" + bytes.length + ",\"sha256\":\"" + sha256
                    + "\"}";
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        try (exchange) {
            byte[] body = bodies.getOrDefault(path, new byte[0]);
            if (harm.isPresent() && path.equals(WEIGHTS)) {
                harmed(exchange, body.clone(), harm.get());
            } else if (body.length == 0) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static void harmed(HttpExchange exchange, byte[] body, Harm harm) throws IOException {
        switch (harm) {
            case WRONG_BYTES -> {
                body[body.length - 1] ^= 1;
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
            case TRUNCATED -> {
                exchange.sendResponseHeaders(200, body.length - 1);
                exchange.getResponseBody().write(body, 0, body.length - 1);
            }
            case REDIRECT -> {
                exchange.getResponseHeaders().set("Location", "http://localhost:9/elsewhere");
                exchange.sendResponseHeaders(302, -1);
            }
            case ERROR -> exchange.sendResponseHeaders(503, -1);
            case CUT -> {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(Arrays.copyOf(body, body.length / 2));
            }
        }
    }

    private static void delete(Path release) throws IOException {
        try (Stream<Path> files = Files.list(release)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(release);
    }
}

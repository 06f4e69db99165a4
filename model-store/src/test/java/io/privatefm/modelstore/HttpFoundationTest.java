/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.modelstore.ModelServer.Fault;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A foundation on a model registry")
class HttpFoundationTest {
    private static final String KEY = "canary-key-4711";
    private static final String WEIGHTS = "/r1/model.safetensors";
    private static final FoundationRelease R1 = new FoundationRelease(1, "r1", Optional.empty());

    @TempDir
    Path dir;

    private final ModelServer server = new ModelServer();
    private final List<Duration> pauses = new ArrayList<>();
    private final byte[] weights = TestFiles.bytes(new Random(1), 5000);
    private Path cache;

    @BeforeEach
    void release() {
        cache = dir.resolve("cache");
        server.list("r1")
                .release(
                        "r1",
                        Map.of("config.json", "{}".getBytes(StandardCharsets.UTF_8), "model.safetensors", weights));
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    @DisplayName("has the listed releases, and the files of each, with the key on every request")
    void downloads() {
        FoundationStore store = builder().build();

        assertThat(store.releases()).containsExactly(R1);
        try (ModelFiles files = store.open(R1)) {
            assertThat(files.names()).containsExactly("config.json", "model.safetensors");
            assertThat(TestFiles.readAll(files.open("model.safetensors"))).isEqualTo(weights);
            assertThat(TestFiles.readText(files.open("config.json"))).isEqualTo("{}");
            assertThat(files.location())
                    .startsWith(cache.resolve("releases/r1-").toString());
        }
        assertThat(server.requests())
                .allSatisfy(
                        request -> assertThat(request.header("Authorization")).contains("Bearer " + KEY));
        assertThat(TestFiles.below(cache.resolve("partial"))).isEmpty();
    }

    @Test
    @DisplayName("takes paths with several names, and the base itself, and names that need encoding")
    void paths() {
        server.put(
                "/base/releases.json",
                "{\"releases\":[{\"name\":\"a\",\"path\":\"x y/1\"},{\"name\":\"b/../c\",\"path\":\".\"}]}");
        server.put(
                "/base/x%20y/1/files.json",
                fileList(
                        "w%1+ü.safetensors",
                        weights.length, TestFiles.sha256(weights).hex()));
        server.put("/base/x%20y/1/w%251%2B%C3%BC.safetensors", weights);
        server.put(
                "/base/files.json",
                fileList("only.json", weights.length, TestFiles.sha256(weights).hex()));
        server.put("/base/only.json", weights);
        TestFiles.assumeFileName("ü");
        FoundationStore store =
                HttpFoundation.registry(server.url() + "/base/", cache).build();

        assertThat(TestFiles.readAll(store.open(store.releases().get(0)).open("w%1+ü.safetensors")))
                .isEqualTo(weights);
        assertThat(TestFiles.readAll(store.open(store.releases().get(1)).open("only.json")))
                .isEqualTo(weights);
    }

    @Test
    @DisplayName("serves a cached release without the registry, also in a new process")
    void offline() {
        builder().build().open(R1).close();
        server.close();

        FoundationStore store = builder().build();
        assertThat(store.releases()).containsExactly(R1);
        assertThat(TestFiles.readAll(store.open(R1).open("model.safetensors"))).isEqualTo(weights);
    }

    @Test
    @DisplayName("downloads a release once, and again if its folder is deleted")
    void once() throws Exception {
        FoundationStore store = builder().build();
        Path folder = Path.of(store.open(R1).location());
        builder().build().open(R1).close();
        assertThat(server.requests(WEIGHTS)).hasSize(1);

        TestFiles.below(folder)
                .forEach(name ->
                        assertThat(folder.resolve(name).toFile().delete()).isTrue());
        Files.delete(folder);

        assertThat(TestFiles.readAll(store.open(R1).open("model.safetensors"))).isEqualTo(weights);
        assertThat(server.requests(WEIGHTS)).hasSize(2);
    }

    @Test
    @DisplayName("asks for a list no more than once in a while, and then only whether it changed")
    void etag() {
        AtomicLong clock = new AtomicLong();
        FoundationStore store =
                builder().nanos(clock::get).freshness(Duration.ofSeconds(10)).build();
        assertThat(store.releases()).hasSize(1);
        assertThat(store.releases()).hasSize(1);
        assertThat(server.requests("/releases.json")).hasSize(1);

        clock.addAndGet(Duration.ofSeconds(10).toNanos());
        List<Integer> answers = new ArrayList<>();
        server.fault("/releases.json", (exchange, body) -> {
            ModelServer.serve(exchange, body);
            answers.add(exchange.getResponseCode());
        });
        assertThat(store.releases()).hasSize(1);
        assertThat(answers).containsExactly(304);

        clock.addAndGet(Duration.ofSeconds(10).toNanos());
        server.list("r1", "r2");
        assertThat(store.releases()).extracting(FoundationRelease::name).containsExactly("r1", "r2");
        assertThat(answers).containsExactly(304, 200);
    }

    @Test
    @DisplayName("leaves a registry that does not answer alone for ten times as long")
    void down() {
        AtomicLong clock = new AtomicLong();
        FoundationStore store = builder()
                .nanos(clock::get)
                .freshness(Duration.ofSeconds(10))
                .attempts(1)
                .build();
        store.releases();
        server.fault("/releases.json", ModelServer.status(500));
        for (int second = 10; second <= 120; second += 10) {
            clock.set(Duration.ofSeconds(second).toNanos());
            assertThat(store.releases()).containsExactly(R1);
        }
        assertThat(server.requests("/releases.json")).hasSize(3);
    }

    @Test
    @DisplayName("does not believe a damaged copy of a list, nor one of another registry")
    void damagedCopy() throws Exception {
        builder().build().releases();
        Path copy = cache.resolve("releases.json");
        byte[] bytes = Files.readAllBytes(copy);
        bytes[bytes.length - 5] ^= 1;
        Files.write(copy, bytes);
        assertThat(builder().build().releases()).containsExactly(R1);
        assertThat(server.requests("/releases.json").get(1).header("If-None-Match"))
                .isEmpty();

        assertThatThrownBy(() -> HttpFoundation.registry(server.otherUrl() + "/x", cache)
                        .build()
                        .releases())
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    @DisplayName("is downloaded once if several threads open it at the same time")
    void threads() throws Exception {
        int count = 4;
        CyclicBarrier start = new CyclicBarrier(count);
        ExecutorService pool = Executors.newFixedThreadPool(count);
        try {
            List<Callable<byte[]>> readers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                FoundationStore store = builder().build();
                readers.add(() -> {
                    start.await();
                    return TestFiles.readAll(store.open(R1).open("model.safetensors"));
                });
            }
            for (Future<byte[]> read : pool.invokeAll(readers)) {
                assertThat(read.get()).isEqualTo(weights);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(server.requests(WEIGHTS)).hasSize(1);
    }

    private HttpFoundation.Builder builder() {
        return HttpFoundation.registry(server.url(), cache)
                .apiKey(KEY)
                .idleTimeout(Duration.ofSeconds(20))
                .pauses(pauses::add);
    }

    private static String fileList(String name, long bytes, String sha256) {
        return "{\"files\":[{\"name\":\"" + name + "\",\"bytes\":" + bytes + ",\"sha256\":\"" + sha256 + "\"}]}";
    }

    private <T extends PfmException> AbstractThrowableAssert<?, ? extends Throwable> assertFails(
            Class<T> type, ThrowingCallable call) {
        return assertThatThrownBy(call).isInstanceOfSatisfying(type, e -> {
            for (Throwable at = e; at != null; at = at.getCause()) {
                assertThat(at.toString()).doesNotContain(KEY);
            }
            assertThat(e.getMessage()).doesNotContain("\n");
        });
    }

    private void assertInvalid(ErrorCode code, String reason, ThrowingCallable call) {
        assertFails(InvalidInputException.class, call)
                .hasMessageContaining(reason)
                .satisfies(e -> assertThat(((PfmException) e).code()).isEqualTo(code));
    }

    @Nested
    @DisplayName("that is interrupted")
    class Interrupted {
        @Test
        @DisplayName("goes on where it was cut, at any byte, in the same run")
        void sameRun() {
            byte[] small = Arrays.copyOf(weights, 32);
            FoundationStore store = builder().freshness(Duration.ZERO).build();
            for (int cut = 0; cut <= small.length; cut++) {
                String release = "cut" + cut;
                server.list(release).release(release, Map.of("model.safetensors", small));
                String path = "/" + release + "/model.safetensors";
                server.fault(path, server.times(1, server.cutAfter(cut)));

                assertThat(read(store, release)).isEqualTo(small);

                List<ModelServer.Request> asked = server.requests(path);
                if (cut < small.length) {
                    assertThat(asked).hasSize(2);
                    assertThat(asked.get(1).header("Range"))
                            .isEqualTo(cut == 0 ? Optional.empty() : Optional.of("bytes=" + cut + "-"));
                }
            }
        }

        @Test
        @DisplayName("goes on where it was cut in a later run, and asks for no byte twice")
        void laterRun() {
            for (int cut = 1; cut < weights.length; cut += 997) {
                String release = "cut" + cut;
                server.list(release).release(release, Map.of("a.json", weights, "model.safetensors", weights));
                String path = "/" + release + "/model.safetensors";
                server.fault(path, server.times(1, server.cutAfter(cut)));
                assertFails(
                                UnavailableException.class,
                                () -> read(builder().attempts(1).build(), release))
                        .hasMessageStartingWith("cannot read " + server.url() + path + ": the connection broke");
                assertThat(TestFiles.below(cache.resolve("releases")))
                        .noneMatch(name -> name.startsWith(release + "-"));

                assertThat(read(builder().build(), release)).isEqualTo(weights);

                assertThat(server.requests(path).get(1).header("Range")).contains("bytes=" + cut + "-");
                assertThat(server.requests(path).get(1).header("If-Range")).isPresent();
                assertThat(server.requests("/" + release + "/a.json")).hasSize(1);
                assertThat(server.requests("/" + release + "/files.json").get(1).header("If-None-Match"))
                        .isPresent();
            }
        }

        @Test
        @DisplayName("begins anew if the file changed in between, or the server has no ranges")
        void changed() {
            server.fault(WEIGHTS, server.cutAfter(1000));
            byte[] other = TestFiles.bytes(new Random(2), weights.length);
            server.put(WEIGHTS, other);
            assertFails(
                    UnavailableException.class,
                    () -> builder().attempts(1).build().open(R1));
            server.put(WEIGHTS, weights);
            server.mend(WEIGHTS);
            assertThat(read(builder().build(), "r1")).isEqualTo(weights);

            byte[] more = TestFiles.bytes(new Random(3), 9000);
            server.list("r2").release("r2", Map.of("model.safetensors", more));
            server.fault("/r2/model.safetensors", server.times(1, server.cutAfter(1000)));
            assertFails(
                    UnavailableException.class,
                    () -> read(builder().freshness(Duration.ZERO).attempts(1).build(), "r2"));
            server.fault("/r2/model.safetensors", (exchange, body) -> {
                ModelServer.head(exchange, body, 0);
                exchange.getResponseBody().write(body);
            });
            assertThat(read(builder().build(), "r2")).isEqualTo(more);
        }

        @Test
        @DisplayName("downloads a file once more if its pieces do not fit, and then calls it wrong")
        void pieces() throws Exception {
            server.fault(WEIGHTS, server.times(1, server.cutAfter(1000)));
            assertFails(
                    UnavailableException.class,
                    () -> builder().attempts(1).build().open(R1));
            damagePart();
            assertThat(read(builder().build(), "r1")).isEqualTo(weights);
            assertThat(server.requests(WEIGHTS)).hasSize(3);
        }

        @Test
        @DisplayName("forgets what it has if the list of files changed")
        void listChanged() {
            server.fault(WEIGHTS, server.cutAfter(1000));
            assertFails(
                    UnavailableException.class,
                    () -> builder().attempts(1).build().open(R1));
            server.mend(WEIGHTS);
            byte[] other = TestFiles.bytes(new Random(2), 700);
            server.release("r1", Map.of("model.safetensors", other));

            try (ModelFiles files = builder().build().open(R1)) {
                assertThat(files.names()).containsExactly("model.safetensors");
                assertThat(TestFiles.readAll(files.open("model.safetensors"))).isEqualTo(other);
            }
            assertThat(server.requests(WEIGHTS).get(1).header("Range")).isEmpty();
        }

        @Test
        @DisplayName("gives up after some attempts, with pauses that grow, and says so in one line")
        void givesUp() {
            server.fault(WEIGHTS, ModelServer.status(503));

            assertFails(UnavailableException.class, () -> builder().build().open(R1))
                    .hasMessage("cannot read " + server.url() + WEIGHTS + ": it answers 503 (4 attempts)");
            assertThat(pauses).containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2));

            server.mend(WEIGHTS);
            assertThat(read(builder().build(), "r1")).isEqualTo(weights);
        }

        private void damagePart() throws Exception {
            String part = TestFiles.below(cache).stream()
                    .filter(name -> name.contains("/parts/"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(cache.resolve(part));
            assertThat(bytes).hasSize(1000);
            bytes[500] ^= 1;
            Files.write(cache.resolve(part), bytes);
        }

        private byte[] read(FoundationStore store, String release) {
            FoundationRelease asked = new FoundationRelease(1, release, Optional.empty());
            return TestFiles.readAll(store.open(asked).open("model.safetensors"));
        }
    }

    @Nested
    @DisplayName("is wrong")
    class Wrong {
        @Test
        @DisplayName("if bytes differ, and right again when the server is mended")
        void bytes() {
            byte[] wrong = weights.clone();
            wrong[4321] ^= 1;
            server.put(WEIGHTS, wrong);
            assertWrong("its bytes do not hash to what the list of files promises, " + TestFiles.sha256(weights));
            assertThat(server.requests(WEIGHTS)).hasSize(1);

            server.put(WEIGHTS, weights);
            assertThat(TestFiles.readAll(builder().build().open(R1).open("model.safetensors")))
                    .isEqualTo(weights);
        }

        @Test
        @DisplayName("if the server promises another length, however huge, before a byte is read")
        void length() {
            for (long length : new long[] {4999, 5001, 1L << 50, Long.MAX_VALUE}) {
                server.fault(WEIGHTS, (exchange, body) -> {
                    exchange.sendResponseHeaders(200, length);
                    exchange.getResponseBody().flush(); // later JDKs send headers with the first byte
                    server.hang();
                });
                assertWrong("has " + length + " bytes instead of the 5000 that are promised");
            }
        }

        @Test
        @DisplayName("if it ends early or goes on for ever")
        void chunked() {
            server.fault(WEIGHTS, (exchange, body) -> {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write(body, 0, 4000);
            });
            assertWrong("ends after 4000 bytes of the 5000 that are promised");

            server.fault(WEIGHTS, (exchange, body) -> {
                exchange.sendResponseHeaders(200, 0);
                while (true) {
                    exchange.getResponseBody().write(body);
                }
            });
            assertWrong("is longer than the 5000 bytes that are promised");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                bytes 999-4999/5000  | answers with another range than it was asked for
                bytes 0-4999/5000    | answers with another range than it was asked for
                bytes */5000         | answers with another range than it was asked for
                items 1000-4999/5000 | answers with another range than it was asked for
                bytes 1000-4999/5001 | has 5001 bytes instead of the 5000 that are promised
                """)
        @DisplayName("if the server sends another range")
        void range(String range, String reason) {
            cutOnce();
            server.fault(WEIGHTS, (exchange, body) -> {
                exchange.getResponseHeaders().set("Content-Range", range);
                exchange.sendResponseHeaders(206, 4000);
                exchange.getResponseBody().write(body, 1000, 4000);
            });
            assertWrong(reason);

            server.mend(WEIGHTS);
            assertThat(TestFiles.readAll(builder().build().open(R1).open("model.safetensors")))
                    .isEqualTo(weights);
        }

        @Test
        @DisplayName("if the server has less than came before, or sends a range unasked")
        void shrunk() {
            cutOnce();
            server.put(WEIGHTS, Arrays.copyOf(weights, 900));
            server.fault(WEIGHTS, ModelServer.status(416));
            assertWrong("has not even the 1000 bytes that came before");
            server.fault(WEIGHTS, (exchange, body) -> {
                exchange.getResponseHeaders().set("Content-Range", "bytes 0-4999/5000");
                exchange.sendResponseHeaders(206, 5000);
                exchange.getResponseBody().write(weights);
            });
            assertWrong("answers with another range than it was asked for");
        }

        @Test
        @DisplayName("if it redirects to another server, which never sees the key, to nowhere, or for ever")
        void redirects() {
            server.put("/elsewhere", weights);
            server.fault(WEIGHTS, ModelServer.redirect(server.otherUrl() + "/elsewhere"));
            assertWrong("redirects to another server, localhost, which a model registry may not");
            assertThat(server.requests("/elsewhere")).isEmpty();
            server.fault(WEIGHTS, ModelServer.redirect(WEIGHTS));
            assertWrong("redirects more than 5 times");
            assertThat(server.requests(WEIGHTS)).hasSize(1 + 6);
            for (String nowhere :
                    List.of("file:///etc/passwd", "http://a:b@127.0.0.1/", "::", "http:/", "ftp://127.0.0.1/x")) {
                server.fault(WEIGHTS, ModelServer.redirect(nowhere));
                assertWrong("redirects without an address that can be read");
            }
            server.fault("/releases.json", ModelServer.redirect(server.otherUrl() + "/releases.json"));
            assertFails(FoundationWrongException.class, () -> builder().build().releases());
        }

        @Test
        @DisplayName("not if it redirects to itself")
        void sameServer() {
            server.put("/elsewhere", weights);
            server.fault(WEIGHTS, ModelServer.redirect("../elsewhere"));
            assertThat(TestFiles.readAll(builder().build().open(R1).open("model.safetensors")))
                    .isEqualTo(weights);
            assertThat(server.requests("/elsewhere").get(0).header("Authorization"))
                    .contains("Bearer " + KEY);
        }

        private void cutOnce() {
            server.fault(WEIGHTS, server.cutAfter(1000));
            assertFails(
                    UnavailableException.class,
                    () -> builder().attempts(1).build().open(R1));
        }

        private void assertWrong(String reason) {
            assertFails(FoundationWrongException.class, () -> builder().build().open(R1))
                    .hasMessage(server.url() + WEIGHTS + ": " + reason);
            assertThat(TestFiles.below(cache.resolve("releases"))).isEmpty();
        }
    }

    @Nested
    @DisplayName("is unavailable")
    class Unavailable {
        @Test
        @DisplayName("if nothing answers, and there is no list from before")
        void down() {
            server.close();
            assertFails(UnavailableException.class, () -> builder().build().releases())
                    .hasMessage("cannot read " + server.url() + "/releases.json: nothing answers there (4 attempts)");
        }

        @ParameterizedTest
        @ValueSource(ints = {500, 502, 503, 504, 408, 429})
        @DisplayName("if the server says that it cannot now")
        void cannot(int status) {
            server.fault("/releases.json", ModelServer.status(status));
            assertFails(UnavailableException.class, () -> builder().build().releases())
                    .hasMessageContaining("it answers " + status);
            server.fault("/releases.json", server.times(3, ModelServer.status(status)));
            assertThat(builder().build().releases()).containsExactly(R1);
        }

        @Test
        @DisplayName("if the server takes a question and says nothing")
        void silent() {
            server.fault("/releases.json", (exchange, body) -> server.hang());
            assertFails(
                            UnavailableException.class,
                            () -> builder()
                                    .connectTimeout(Duration.ofMillis(100))
                                    .idleTimeout(Duration.ofMillis(100))
                                    .attempts(2)
                                    .build()
                                    .releases())
                    .hasMessageContaining("no answer came for 200 ms (2 attempts)");
        }

        @Test
        @DisplayName("if a body stops half-way")
        void stalls() {
            server.fault(WEIGHTS, (exchange, body) -> {
                ModelServer.head(exchange, body, 0);
                exchange.getResponseBody().write(body, 0, 100);
                exchange.getResponseBody().flush();
                server.hang();
            });
            assertFails(
                            UnavailableException.class,
                            () -> builder()
                                    .idleTimeout(Duration.ofMillis(700))
                                    .attempts(1)
                                    .build()
                                    .open(R1))
                    .hasMessageContaining("no byte came for 700 ms");
            server.mend(WEIGHTS);
            assertThat(TestFiles.readAll(builder().build().open(R1).open("model.safetensors")))
                    .isEqualTo(weights);
            assertThat(server.requests(WEIGHTS).get(1).header("Range")).contains("bytes=100-");
        }

        @Test
        @DisplayName("if bytes come one by one")
        void drips() {
            AtomicLong clock = new AtomicLong();
            Fault drip = (exchange, body) -> {
                exchange.sendResponseHeaders(200, body.length);
                for (byte b : body) {
                    exchange.getResponseBody().write(b);
                    exchange.getResponseBody().flush();
                }
            };
            server.fault(WEIGHTS, drip);
            assertFails(
                            UnavailableException.class,
                            () -> builder()
                                    .nanos(() ->
                                            clock.addAndGet(Duration.ofDays(1).toNanos()))
                                    .attempts(1)
                                    .build()
                                    .open(R1))
                    .hasMessageContaining("less than 1024 bytes per second came");
        }
    }

    @Nested
    @DisplayName("refuses")
    class Refuses {
        @ParameterizedTest
        @ValueSource(ints = {401, 403})
        @DisplayName("a key that the server refuses, and says what to do")
        void key(int status) {
            server.fault("/releases.json", ModelServer.status(status));
            assertInvalid(
                    ErrorCode.CONFIGURATION,
                    "/releases.json is refused with status " + status
                            + ": check the API key, and that it may read this",
                    () -> builder().build().releases());
            assertThat(pauses).isEmpty();
        }

        @Test
        @DisplayName("a server without a list, a release without files, a file that is not there")
        void missing() {
            assertInvalid(
                    ErrorCode.CONFIGURATION,
                    "there is no " + server.url()
                            + "/x/releases.json (status 404): check the URL of the model registry",
                    () -> HttpFoundation.registry(server.url() + "/x", cache)
                            .build()
                            .releases());
            server.fault(WEIGHTS, ModelServer.status(404));
            assertInvalid(
                    ErrorCode.INVALID_ARGUMENT,
                    "there is no " + server.url() + WEIGHTS + " (status 404), which the list of files names",
                    () -> builder().build().open(R1));
            server.fault("/r1/files.json", ModelServer.status(410));
            assertInvalid(
                    ErrorCode.INVALID_ARGUMENT,
                    "foundation release 'r1': there is no " + server.url() + "/r1/files.json (status 410)",
                    () -> builder().build().open(R1));
            assertInvalid(
                    ErrorCode.INVALID_ARGUMENT,
                    "there is no foundation release 'r9' at " + server.url(),
                    () -> builder().build().open(new FoundationRelease(9, "r9", Optional.empty())));
            server.fault("/releases.json", ModelServer.status(400));
            assertInvalid(
                    ErrorCode.CONFIGURATION,
                    "refused with status 400",
                    () -> builder().build().releases());
        }

        @Test
        @DisplayName("settings out of range")
        void settings() {
            List<ThrowingCallable> settings = List.of(
                    () -> builder().idleTimeout(Duration.ZERO),
                    () -> builder().connectTimeout(Duration.ofSeconds(-1)),
                    () -> builder().idleTimeout(Duration.ofDays(2)),
                    () -> builder().attempts(0),
                    () -> builder().minimumRate(-1),
                    () -> builder().freshness(Duration.ofSeconds(-1)),
                    () -> builder().freshness(Duration.ofDays(2)));
            settings.forEach(setting -> assertInvalid(ErrorCode.CONFIGURATION, "must be", setting));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "key with space", "key\r\nX-Evil: 1", "kéy", "\u0000"})
        @DisplayName("a key that could break the header, and does not show it")
        void badKey(String key) {
            assertThatThrownBy(() -> builder().apiKey(key).build())
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("the API key of a model registry must be printable ASCII without spaces");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "ftp://127.0.0.1/",
                    "http://",
                    "http:///x",
                    "https://canary-key-4711@host/",
                    "https://host/?key=canary-key-4711",
                    "https://host/#canary-key-4711",
                    "https://host/ canary-key-4711",
                    "relative"
                })
        @DisplayName("a URL that is none, and does not show what may be a key")
        void badUrl(String url) {
            assertInvalid(
                    ErrorCode.CONFIGURATION,
                    "the URL of a model registry",
                    () -> HttpFoundation.registry(url, cache).build());
        }

        @ParameterizedTest
        @ValueSource(strings = {"../x", "..", ".", "a/b", "a\\\\b", "/etc/passwd", "", "a\\u0000", "a\\nb", "C:\\\\x"})
        @DisplayName("file names that lead elsewhere, and asks for none of them")
        void traversal(String name) {
            server.put(
                    "/r1/files.json",
                    fileList(name, 3, TestFiles.sha256(weights).hex()));
            assertInvalid(
                    ErrorCode.MODEL_INVALID,
                    "r1/files.json: files[0].name: ",
                    () -> builder().build().open(R1));
            assertThat(server.requests()).hasSize(2);
            assertThat(TestFiles.below(dir)).noneMatch(file -> file.endsWith("x") || file.endsWith("passwd"));
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {"files":[]}                                   | names no file
                {}                                             | must have an array 'files'
                []                                             | must be a JSON object
                {"files":[{"name":"a"}]}                       | files[0].bytes: must be there and be an integer
                {"files":[{"name":"a","bytes":-1}]}            | files[0].bytes: must be there and be an integer
                {"files":[{"name":"a","bytes":1.5}]}           | files[0].bytes: must be there and be an integer
                {"files":[{"name":"a","bytes":1e3}]}           | files[0].bytes: must be there and be an integer
                {"files":[{"name":"a","bytes":99999999999999999999}]} | files[0].bytes: must be there and be an integer
                {"files":[{"name":"a","bytes":1}]}             | files[0].sha256: must be 64 lower-case hex digits
                {"files":[{"name":"a","bytes":1,"sha256":"A"}]} | files[0].sha256: must be 64 lower-case hex digits
                {"files":[{"name":"a","size":1}]}              | files[0]: unknown field 'size'
                {"files":[                                     | malformed JSON
                """)
        @DisplayName("a list of files that is not as documented")
        void malformed(String list, String reason) {
            server.put("/r1/files.json", list);
            assertInvalid(
                    ErrorCode.MODEL_INVALID,
                    "r1/files.json: " + reason,
                    () -> builder().build().open(R1));
        }

        @Test
        @DisplayName("a name twice, and a list that is too long or malformed, without forgetting the last good one")
        void lists() {
            String twice = fileList("a", 1, TestFiles.sha256(weights).hex());
            server.put("/r1/files.json", twice.replaceFirst("\\[(.*)]", "[$1,$1]"));
            assertInvalid(
                    ErrorCode.MODEL_INVALID,
                    "files[1].name: 'a' is there twice",
                    () -> builder().build().open(R1));

            server.put("/releases.json", " ".repeat((1 << 20) + 1));
            assertInvalid(
                    ErrorCode.MODEL_INVALID,
                    "is longer than 1048576 bytes",
                    () -> builder().build().releases());
            server.put("/releases.json", "<html>");
            assertInvalid(
                    ErrorCode.MODEL_INVALID,
                    "releases.json: malformed JSON",
                    () -> builder().build().releases());

            server.fault("/releases.json", ModelServer.status(500));
            assertThat(builder().build().releases()).containsExactly(R1);
        }
    }
}

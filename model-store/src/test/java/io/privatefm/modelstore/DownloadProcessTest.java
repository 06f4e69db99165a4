/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A process that downloads a release")
class DownloadProcessTest {
    private static final long PATIENCE_SECONDS = 60;
    private static final String WEIGHTS = "/r1/model.safetensors";

    @TempDir
    Path dir;

    private final ModelServer server = new ModelServer();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    @DisplayName("may be killed: another one goes on where it was, and the lock is free")
    void killed() throws Exception {
        byte[] weights = TestFiles.bytes(new Random(1), 300_000);
        server.list("r1").release("r1", Map.of("model.safetensors", weights));
        CountDownLatch asked = new CountDownLatch(1);
        server.fault(WEIGHTS, (exchange, body) -> {
            ModelServer.head(exchange, body, 0);
            exchange.getResponseBody().write(body, 0, 200_000);
            exchange.getResponseBody().flush();
            asked.countDown();
            server.hang();
        });
        Process process = start("-Xmx64m");
        try {
            while (!asked.await(100, TimeUnit.MILLISECONDS)) {
                assertThat(process.isAlive()).isTrue();
            }
            while (partSize() < 200_000) {
                Thread.onSpinWait();
                assertThat(process.isAlive()).isTrue();
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(TestFiles.below(cache().resolve("releases"))).isEmpty();
        server.mend(WEIGHTS);

        try (ModelFiles files = HttpFoundation.registry(server.url(), cache())
                .build()
                .open(new FoundationRelease(1, "r1", Optional.empty()))) {
            assertThat(TestFiles.readAll(files.open("model.safetensors"))).isEqualTo(weights);
        }
        assertThat(server.requests(WEIGHTS).get(1).header("Range")).contains("bytes=200000-");
    }

    @Test
    @DisplayName("waits for another one that downloads the same release")
    void twice() throws Exception {
        server.list("r1").release("r1", Map.of("model.safetensors", TestFiles.bytes(new Random(1), 300_000)));
        List<Process> processes = List.of(start("-Xmx64m"), start("-Xmx64m"));

        for (Process process : processes) {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
        assertThat(server.requests(WEIGHTS)).hasSize(1);
    }

    @Test
    @DisplayName("needs no more memory for files that are much larger than its heap")
    void memory() throws Exception {
        byte[] block = TestFiles.bytes(new Random(1), 1 << 20);
        int blocks = 64;
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < blocks; i++) {
            digest.update(block);
        }
        long bytes = (long) blocks * block.length;
        server.list("r1")
                .put(
                        "/r1/files.json",
                        "{\"files\":[{\"name\":\"model.safetensors\",\"bytes\":" + bytes + ",\"sha256\":\""
                                + Sha256.of(digest.digest()) + "\"}]}")
                .fault(WEIGHTS, (exchange, body) -> {
                    exchange.sendResponseHeaders(200, bytes);
                    for (int i = 0; i < blocks; i++) {
                        exchange.getResponseBody().write(block);
                    }
                });
        Process process = start("-Xmx16m");

        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        try (Stream<Path> files = Files.walk(cache().resolve("releases"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .singleElement()
                    .satisfies(file -> assertThat(file).hasSize(bytes));
        }
    }

    private long partSize() throws IOException {
        for (String name : TestFiles.below(cache())) {
            if (name.contains("/parts/")) {
                return Files.size(cache().resolve(name));
            }
        }
        return 0;
    }

    private Path cache() {
        return TestFiles.folder(dir.resolve("cache"));
    }

    private Process start(String heap) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        heap,
                        "-cp",
                        System.getProperty("java.class.path"),
                        DownloadingProcess.class.getName(),
                        server.url(),
                        cache().toString())
                .inheritIO()
                .start();
    }
}

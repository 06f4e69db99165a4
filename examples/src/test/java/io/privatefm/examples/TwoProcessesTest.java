/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.bus.redis.RedisServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The platform and the service")
class TwoProcessesTest {
    private static final String ADAPTER = "7d9f7c1e-5d3a-4b52-9c43-2f6a1d0e8b11/math";

    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private Path work;

    @Test
    @DisplayName(
            "are two processes that know of each other by Redis alone: a learner arrives, and a merged model is announced")
    void talk() throws Exception {
        Path foundation = Files.createDirectory(work.resolve("foundation"));
        QuickStartTest.copy(QuickStartTest.DATA.resolve("foundation/release-1"), foundation.resolve("release-1"));
        Path adapters = QuickStartTest.DATA.resolve("adapters");
        try (RedisServer redis = RedisServer.start()) {
            Process platform = start(PlatformProcess.class, redis.url(), adapters, ADAPTER);
            Process service = start(ServiceProcess.class, redis.url(), foundation, adapters, work);
            try (BufferedReader said = service.inputReader()) {
                until("AdapterRegistered", said);
                try (OutputStream nights = service.getOutputStream()) {
                    nights.write("night\n".getBytes(StandardCharsets.UTF_8));
                    nights.flush();
                    until("MergeCompleted", said);
                }
                drain(said);

                List<String> received = drain(platform.inputReader());
                assertThat(platform.waitFor()).as("%s", received).isZero();
                assertThat(service.waitFor()).isZero();
                assertThat(received).hasSize(2);
                assertThat(received.get(0))
                        .contains("\"event\":\"NAMESPACE_CREATED\"", "\"learner_id\":\"ada\"", "\"seq\":1");
                assertThat(received.get(1)).contains("\"event\":\"MERGE_COMPLETED\"", "ef6d0080f740", "\"seq\":2");
            } finally {
                platform.destroyForcibly();
                service.destroyForcibly();
            }
        }
    }

    private static Process start(Class<?> program, Object... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        for (Object arg : args) {
            command.add(arg.toString());
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS).execute(process::destroyForcibly);
        return process;
    }

    private static void until(String words, BufferedReader said) throws IOException {
        List<String> before = new ArrayList<>();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.contains(words)) {
                return;
            }
            before.add(line);
        }
        throw new AssertionError("the process ended without " + words + ": " + before);
    }

    private static List<String> drain(BufferedReader said) {
        return said.lines().toList();
    }
}

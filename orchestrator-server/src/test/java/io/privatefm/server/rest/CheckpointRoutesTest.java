/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static io.privatefm.server.rest.LiveService.NAMESPACES;
import static io.privatefm.server.rest.LiveService.assertProblem;
import static io.privatefm.server.rest.LiveService.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.server.cli.PfmRun;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@DisplayName("A model that is taken out over HTTP")
class CheckpointRoutesTest {
    private static final String CHECKPOINT = NAMESPACES + "/ada/checkpoints/1";
    private static final String EXPORT = CHECKPOINT + "/variants/math/export";

    @TempDir
    private Path folder;

    private static LiveService merged(Path folder) throws Exception {
        LiveService service = LiveService.in(folder);
        service.provision("ada");
        service.send(service.uploading("ada", FormBody.adapter().whole()));
        JsonNode accepted = json(service.post(NAMESPACES + "/ada/merge", "{}"));
        String operation =
                "/api/v1/merge-operations/" + accepted.path("operation_id").textValue();
        service.get(operation + "/events"); // a stream until its end
        assertThat(json(service.get(operation)).path("outcome").textValue()).isEqualTo("MERGED");
        return service;
    }

    @Test
    @DisplayName("is file by file the one that the command writes, and has the hash that was announced")
    void same() throws Exception {
        HttpResponse<byte[]> answer;
        String hash;
        try (LiveService service = merged(folder)) {
            answer = service.sendForBytes(service.request(EXPORT));
            hash = json(service.get(CHECKPOINT)).findValue("content_hash").textValue();
            assertThat(service.sendForBytes(service.request(EXPORT)).body())
                    .as("the same archive again")
                    .isEqualTo(answer.body());
            assertProblem(service.get(CHECKPOINT + "/variants/art/export"), 404, "CHECKPOINT_NOT_FOUND");
        }
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/x-tar");
        assertThat(answer.headers().firstValue("Content-Disposition").orElseThrow())
                .isEqualTo("attachment; filename*=UTF-8''math-1.tar");
        assertThat(answer.headers().firstValue("X-Content-Hash")).contains(hash);

        Path out = folder.resolve("out");
        PfmRun.of("export", "--home", folder.resolve("home"), "--learner", "ada", "--variant", "math", "--out", out)
                .assertDone();
        Map<String, byte[]> sent = unpacked(answer.body());
        Map<String, byte[]> written = files(out);
        assertThat(sent.keySet()).isEqualTo(written.keySet());
        sent.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(written.get(name)));
        assertThat(PfmRun.of("hash", out).assertDone().out()).contains(hash);
    }

    private static Map<String, byte[]> unpacked(byte[] archive) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                assertThat(entry.isFile()).isTrue();
                assertThat(entry.getName()).startsWith("math/");
                files.put(entry.getName().substring("math/".length()), tar.readAllBytes());
            }
        }
        return files;
    }

    private static Map<String, byte[]> files(Path directory) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> listed = Files.list(directory)) {
            for (Path file : listed.toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    @Test
    @DisplayName("breaks off where a stored byte is not what was written; the log tells why, and the service goes on")
    void damaged() throws Exception {
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger(Problems.class);
        log.addAppender(logged);
        log.setAdditive(false); // not for whoever reads the build's output
        logged.start();
        try (LiveService service = merged(folder)) {
            breaksOff(service);
        } finally {
            log.setAdditive(true);
            log.detachAppender(logged);
        }
        assertThat(logged.list)
                .hasSize(CheckpointResource.EXPORTS + 3)
                .allSatisfy(event -> assertThat(event.getFormattedMessage()).contains("broken off", "CORRUPT_DATA"))
                .anySatisfy(event ->
                        assertThat(event.getKeyValuePairs().toString()).contains("correlation_id=\"the first\""));
    }

    private static void breaksOff(LiveService service) throws Exception {
        byte[] whole = service.sendForBytes(service.request(EXPORT)).body();
        Path blob = largestBlob(service.home());
        byte[] bytes = Files.readAllBytes(blob);
        bytes[bytes.length - 1] ^= 1;
        Files.delete(blob); // it is read-only
        Files.write(blob, bytes);

        assertThatThrownBy(() -> service.sendForBytes(service.request(EXPORT).header("X-Correlation-Id", "the first")))
                .isInstanceOf(IOException.class);
        String received = received(service);
        assertThat(received).startsWith("HTTP/1.1 200 ").doesNotEndWith("\r\n0\r\n\r\n");
        assertThat(received.length()).isLessThan(whole.length);
        assertThat(service.get("/api/v1/health/live").statusCode()).isEqualTo(200);
        assertThat(service.get(CHECKPOINT).statusCode()).isEqualTo(200);
        for (int i = 0; i < CheckpointResource.EXPORTS + 1; i++) { // each gives its place back
            assertThatThrownBy(() -> service.sendForBytes(service.request(EXPORT)))
                    .isInstanceOf(IOException.class);
        }

        bytes[bytes.length - 1] ^= 1;
        Files.write(blob, bytes);
        assertThat(service.sendForBytes(service.request(EXPORT)).body()).isEqualTo(whole);
    }

    private static Path largestBlob(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve("blobs"))) {
            return files.filter(Files::isRegularFile)
                    .max(Comparator.comparing(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    /** All that comes until the connection ends, one byte in each character. */
    private static String received(LiveService service) throws IOException {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            socket.setSoTimeout(30_000);
            String request = "GET " + EXPORT + " HTTP/1.1\r\nHost: here\r\nX-API-Key: " + LiveService.KEY + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                received.write(next);
            }
        } catch (IOException e) {
            assertThat(String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT)).contains("reset");
        }
        return received.toString(StandardCharsets.ISO_8859_1);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A foundation on a model hub")
class HttpHubTest {
    private static final String KEY = "canary-key-4711";
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String REVISION = "/api/models/org/tiny/revision/" + COMMIT;
    private static final String WEIGHTS = "/org/tiny/resolve/" + COMMIT + "/model.safetensors";
    private static final String CONFIG = "/org/tiny/resolve/" + COMMIT + "/config.json";
    /** What {@code printf '{}\n' | git hash-object --stdin} says. */
    private static final String BLOB = "0967ef424bce6791893e9a57bb952f80fd536e93";

    @TempDir
    Path dir;

    private final ModelServer hub = new ModelServer();
    private final ModelServer cdn = new ModelServer();
    private final byte[] weights = TestFiles.bytes(new Random(1), 5000);

    @BeforeEach
    void release() {
        hub.put(REVISION, model(COMMIT, ""));
        hub.put(CONFIG, "{}\n");
        hub.fault(CONFIG, (exchange, body) -> {
            exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
            ModelServer.serve(exchange, body);
        });
        cdn.put("/blob", weights);
        hub.fault(WEIGHTS, (exchange, body) -> {
            exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
            exchange.getResponseHeaders().set("X-Linked-Size", "5000");
            exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + TestFiles.sha256(weights) + "\"");
            ModelServer.redirect(cdn.url() + "/blob?signature=canary-signature").answer(exchange, body);
        });
    }

    @AfterEach
    void close() {
        hub.close();
        cdn.close();
    }

    @Test
    @DisplayName("has the revisions that the host names, and downloads safetensors and small files of one commit")
    void downloads() {
        FoundationStore store = hub(COMMIT);

        assertThat(store.releases()).containsExactly(new FoundationRelease(1, "org/tiny@" + COMMIT, Optional.empty()));
        assertThat(hub.requests()).isEmpty();
        try (ModelFiles files = store.open(store.releases().get(0))) {
            assertThat(files.names()).containsExactly("config.json", "model.safetensors");
            assertThat(TestFiles.readAll(files.open("model.safetensors"))).isEqualTo(weights);
            assertThat(TestFiles.readText(files.open("config.json"))).isEqualTo("{}\n");
        }
        assertThat(hub.requests())
                .allSatisfy(
                        request -> assertThat(request.header("Authorization")).contains("Bearer " + KEY));
    }

    @Test
    @DisplayName("sends the key to no other server, and not even back")
    void key() {
        cdn.fault("/blob", ModelServer.redirect(hub.url() + "/back"));
        hub.put("/back", weights);

        open(COMMIT);

        assertThat(cdn.requests("/blob"))
                .singleElement()
                .satisfies(request -> assertThat(request.headers().toString()).doesNotContain(KEY));
        assertThat(hub.requests("/back").get(0).header("Authorization")).isEmpty();
    }

    @Test
    @DisplayName("goes on where the other server was cut, under its ETag")
    void resumes() {
        cdn.fault("/blob", cdn.times(1, cdn.cutAfter(1234)));

        open(COMMIT);

        assertThat(cdn.requests("/blob").get(1).header("Range")).contains("bytes=1234-");
        assertThat(cdn.requests("/blob").get(1).header("If-Range")).isPresent();
        assertThat(hub.requests(WEIGHTS)).hasSize(2);
    }

    @Test
    @DisplayName("asks anew if the other server does not take its address any more, and never shows it")
    void expired() {
        cdn.fault("/blob", cdn.times(1, ModelServer.status(403)));
        open(COMMIT);

        cdn.fault("/blob", ModelServer.status(403));
        hub.put("/api/models/org/tiny/revision/v2", model(COMMIT, ""));
        assertThatThrownBy(() -> open("v2"))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot read " + hub.url() + WEIGHTS + ": it answers 403 (4 attempts)");
    }

    @Test
    @DisplayName("keeps a branch at the commit that it was downloaded at")
    void branch() {
        hub.put("/api/models/org/tiny/revision/refs%2Fpr%2F1", model(COMMIT, ""));
        FoundationStore store = hub("refs/pr/1");
        store.open(store.releases().get(0)).close();
        hub.put("/api/models/org/tiny/revision/refs%2Fpr%2F1", "moved on");

        assertThat(TestFiles.readAll(store.open(store.releases().get(0)).open("model.safetensors")))
                .isEqualTo(weights);
    }

    @ParameterizedTest
    @CsvSource({
        "X-Repo-Commit, 1123456789abcdef0123456789abcdef01234567",
        "X-Linked-Size, 5001",
        "X-Linked-Etag, W/\"0000\""
    })
    @DisplayName("is wrong if a file is of another commit, length or digest, before a byte is read")
    void promises(String header, String value) {
        hub.fault(WEIGHTS, (exchange, body) -> {
            exchange.getResponseHeaders().set(header, value);
            exchange.sendResponseHeaders(200, 5000);
            exchange.getResponseBody().flush(); // later JDKs send headers with the first byte
            hub.hang();
        });
        assertThatThrownBy(() -> open(COMMIT))
                .isInstanceOf(FoundationWrongException.class)
                .hasMessageStartingWith(hub.url() + WEIGHTS + ": has the " + header + " ");
    }

    @Test
    @DisplayName("is wrong if bytes are not those that git or LFS has named")
    void bytes() {
        hub.put(CONFIG, "{} ");
        assertThatThrownBy(() -> open(COMMIT))
                .isInstanceOf(FoundationWrongException.class)
                .hasMessage(hub.url() + CONFIG + ": its bytes do not hash to what the list of files promises, " + BLOB);
        hub.put(CONFIG, "{}\n");
        byte[] wrong = weights.clone();
        wrong[0] ^= 1;
        cdn.put("/blob", wrong);
        assertThatThrownBy(() -> open(COMMIT))
                .isInstanceOf(FoundationWrongException.class)
                .hasMessageContaining(TestFiles.sha256(weights).hex());
        cdn.put("/blob", weights);
        open(COMMIT);
    }

    @Test
    @DisplayName("is wrong if a commit is answered with another one")
    void otherCommit() {
        hub.put(REVISION, model("1123456789abcdef0123456789abcdef01234567", ""));
        assertThatThrownBy(() -> open(COMMIT))
                .isInstanceOf(FoundationWrongException.class)
                .hasMessage(hub.url() + REVISION + ": is commit 1123456789abcdef0123456789abcdef01234567");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"rfilename":"a\\\\b.json","size":1,"blobId":"x"}      | siblings[4].rfilename: must be a plain file name
            {"rfilename":"config.json","size":1,"blobId":"x"}      | siblings[4].rfilename: 'config.json' is there twice
            {"rfilename":"a.json","blobId":"x"}                    | siblings[4].size: must be there
            {"rfilename":"a.json","size":1}                        | siblings[4].blobId: must be there
            {"rfilename":"a.json","size":1,"blobId":"x"}           | siblings[4].blobId: must be 40
            {"rfilename":"a.json","size":1,"lfs":{"size":2}}       | siblings[4].lfs.size: must be the file's
            {"rfilename":"a.json","size":1,"lfs":{"size":1}}       | siblings[4].lfs.sha256: must be 64
            {"size":1}                                             | siblings[4].rfilename: must be there
            7                                                      | siblings[4]: must be a JSON object
            """)
    @DisplayName("refuses a list of files that is not as the hub's")
    void malformed(String sibling, String reason) {
        hub.put(REVISION, model(COMMIT, "," + sibling));
        assertInvalid(ErrorCode.MODEL_INVALID, reason);
    }

    @Test
    @DisplayName("says what to do if the hub refuses, or has no such revision")
    void refused() {
        hub.fault(REVISION, ModelServer.status(401));
        assertInvalid(ErrorCode.CONFIGURATION, "refused with status 401: check the API key");
        hub.fault(REVISION, ModelServer.status(404));
        assertInvalid(ErrorCode.INVALID_ARGUMENT, "foundation release 'org/tiny@" + COMMIT + "': there is no ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a/b/c", "../x", "a b", "a/", "/b", "a/..", "a?x", "a%2fb"})
    @DisplayName("refuses what is no model")
    void repository(String repository) {
        assertThatThrownBy(() -> HubRelease.of(repository, "main")).isInstanceOf(InvalidInputException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "../x", "a/../b", "a b", "-\n", "a?x", ".hidden"})
    @DisplayName("refuses what is no revision")
    void revision(String revision) {
        assertThatThrownBy(() -> HubRelease.of("org/tiny", revision)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    @DisplayName("has no two releases of one name, and passes promises on")
    void names() {
        Sha256 hash = TestFiles.sha256(weights);
        HubRelease first = new HubRelease("r1", "org/tiny", "v1", Optional.of(hash));
        assertThat(HttpFoundation.hub(hub.url(), List.of(first), dir.resolve("cache"))
                        .build()
                        .releases())
                .containsExactly(new FoundationRelease(1, "r1", Optional.of(hash)));
        assertThatThrownBy(() -> HttpFoundation.hub(hub.url(), List.of(first, first), dir.resolve("cache"))
                        .build())
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("two releases are called 'r1'");
    }

    private void assertInvalid(ErrorCode code, String reason) {
        assertThatThrownBy(() -> open(COMMIT))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(reason)
                .satisfies(e -> assertThat(((PfmException) e).code()).isEqualTo(code));
    }

    private void open(String revision) {
        FoundationStore store = hub(revision);
        store.open(store.releases().get(0)).close();
    }

    private FoundationStore hub(String revision) {
        return HttpFoundation.hub(hub.url(), List.of(HubRelease.of("org/tiny", revision)), dir.resolve("cache"))
                .apiKey(KEY)
                .idleTimeout(Duration.ofSeconds(20))
                .pauses(duration -> {})
                .build();
    }

    /** As the hub answers with {@code blobs=true}, with files that are left out and fields that are not looked at. */
    private String model(String commit, String more) {
        return "{\"_id\":\"1\",\"id\":\"org/tiny\",\"sha\":\"" + commit + "\",\"cardData\":{\"a\":[[[[[[[[1]]]]]]]]},"
                + "\"siblings\":[{\"rfilename\":\".gitattributes\",\"size\":9,\"blobId\":\"x\"},"
                + "{\"rfilename\":\"onnx/model.onnx\",\"size\":9,\"blobId\":\"x\"},"
                + "{\"rfilename\":\"config.json\",\"size\":3,\"blobId\":\"" + BLOB + "\"},"
                + "{\"rfilename\":\"model.safetensors\",\"size\":5000,\"blobId\":\"x\",\"lfs\":{\"sha256\":\""
                + TestFiles.sha256(weights) + "\",\"size\":5000,\"pointerSize\":129}}" + more
                + ",{\"rfilename\":\"pytorch_model.bin\",\"size\":9,\"blobId\":\"x\"}]}";
    }
}

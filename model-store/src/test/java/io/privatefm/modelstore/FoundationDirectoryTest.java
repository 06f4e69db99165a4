/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A foundation directory")
class FoundationDirectoryTest {
    private static final String HASH = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    @TempDir
    Path dir;

    private Path root;

    @BeforeEach
    void root() {
        root = TestFiles.folder(dir.resolve("foundation"));
    }

    @Test
    @DisplayName("must exist and be a directory")
    void mustExist() {
        Path file = TestFiles.write(dir.resolve("file"), "f");
        assertInvalid(() -> FoundationDirectory.at(file), ErrorCode.CONFIGURATION)
                .hasMessage(file + ": is not a directory");
        Path missing = dir.resolve("missing");
        assertInvalid(() -> FoundationDirectory.at(missing), ErrorCode.CONFIGURATION)
                .hasMessage(missing + ": there is no such directory");
    }

    @Test
    @DisplayName("that went away is unavailable, never empty")
    void wentAway() throws IOException {
        FoundationStore store = FoundationDirectory.at(root);
        Files.delete(root);

        assertThatThrownBy(store::releases)
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot list " + root + ": it does not exist");
    }

    @Test
    @DisplayName("offers nothing to write with")
    void readOnly() {
        assertThat(Arrays.stream(FoundationDirectory.class.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .map(Method::getName))
                .containsExactlyInAnyOrder("at", "releases", "open");
    }

    @Test
    @DisplayName("refuses a release it does not have")
    void unknownRelease() {
        TestFiles.write(root.resolve("r1/config.json"), "{}");
        assertInvalid(() -> open(release(1, "r2")), ErrorCode.INVALID_ARGUMENT)
                .hasMessage("there is no foundation release 'r2' in " + root);
        assertInvalid(() -> open(release(1, "../r1")), ErrorCode.INVALID_ARGUMENT)
                .hasMessage("there is no foundation release '../r1' in " + root);
    }

    private List<FoundationRelease> releases() {
        return FoundationDirectory.at(root).releases();
    }

    private ModelFiles open(FoundationRelease release) {
        return FoundationDirectory.at(root).open(release);
    }

    private static FoundationRelease release(int ordinal, String name) {
        return new FoundationRelease(ordinal, name, Optional.empty());
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertInvalid(
            ThrowingCallable call, ErrorCode code) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Nested
    @DisplayName("without releases.json")
    class Unlisted {
        @Test
        @DisplayName("has one release for each sub-directory with a model, in natural order of their names")
        void naturalOrder() {
            TestFiles.write(root.resolve("release-10/config.json"), "{}");
            TestFiles.write(root.resolve("release-9/model-00001-of-00002.safetensors"), "s");
            TestFiles.write(root.resolve("release-2/model.safetensors"), "s");
            TestFiles.write(root.resolve("release-02/model.safetensors"), "s");
            TestFiles.write(root.resolve("notes/readme.txt"), "no model");
            TestFiles.write(root.resolve("deep/er/config.json"), "{}");
            TestFiles.folder(root.resolve("empty"));
            TestFiles.write(root.resolve("config.json"), "a file, not a directory");

            assertThat(releases())
                    .containsExactly(
                            release(1, "release-02"),
                            release(2, "release-2"),
                            release(3, "release-9"),
                            release(4, "release-10"));
        }

        @Test
        @DisplayName("opens the files of a release, found by its name")
        void opens() {
            TestFiles.write(root.resolve("r1/config.json"), "one");
            TestFiles.write(root.resolve("r2/config.json"), "two");

            try (ModelFiles files = open(release(77, "r2"))) {
                assertThat(files.location()).isEqualTo(root.resolve("r2").toString());
                assertThat(files.names()).containsExactly("config.json");
                assertThat(TestFiles.readText(files.open("config.json"))).isEqualTo("two");
            }
        }

        @Test
        @DisplayName("sees releases that are added later")
        void addedLater() {
            FoundationStore store = FoundationDirectory.at(root);
            assertThat(store.releases()).isEmpty();

            TestFiles.write(root.resolve("r1/config.json"), "{}");

            assertThat(store.releases()).containsExactly(release(1, "r1"));
        }

        @Test
        @DisplayName("does not count links to directories, nor models whose files lie outside")
        void links() {
            TestFiles.write(root.resolve("r1/config.json"), "{}");
            TestFiles.link(root.resolve("latest"), Path.of("r1"));
            TestFiles.link(root.resolve("outside"), dir);
            TestFiles.folder(root.resolve("r2"));
            TestFiles.link(
                    root.resolve("r2/model.safetensors"), TestFiles.write(dir.resolve("model.safetensors"), "s"));

            assertThat(releases()).containsExactly(release(1, "r1"));
        }

        @Test
        @DisplayName("is itself the only release if it holds a safetensors model and no sub-directory does")
        void onlyRelease() {
            TestFiles.write(root.resolve("model.safetensors"), "weights");
            TestFiles.write(root.resolve("docs/readme.txt"), "r");

            assertThat(releases()).containsExactly(release(1, "foundation"));
            try (ModelFiles files = open(releases().get(0))) {
                assertThat(files.location()).isEqualTo(root.toString());
                assertThat(TestFiles.readText(files.open("model.safetensors"))).isEqualTo("weights");
            }
            assertThat(FoundationDirectory.at(root.resolve("docs/..")).releases())
                    .containsExactly(release(1, "foundation"));
        }

        @Test
        @DisplayName("is not a release itself if a sub-directory is one")
        void subdirectoriesFirst() {
            TestFiles.write(root.resolve("model.safetensors"), "weights");
            TestFiles.write(root.resolve("r1/model.safetensors"), "weights");

            assertThat(releases()).containsExactly(release(1, "r1"));
        }

        @Test
        @DisplayName("has no releases if there is no model at all; config.json alone is none")
        void noModel() {
            TestFiles.write(root.resolve("config.json"), "{}");
            assertThat(releases()).isEmpty();
        }
    }

    @Nested
    @DisplayName("with releases.json")
    class Listed {
        @Test
        @DisplayName("has the listed releases in their order, with their hashes, and no others")
        void inOrder() {
            TestFiles.write(root.resolve("a/config.json"), "A");
            TestFiles.write(root.resolve("models/b/config.json"), "B");
            TestFiles.write(root.resolve("unlisted/config.json"), "U");
            list("{\"releases\":[{\"name\":\"zeta\",\"path\":\"models/b\",\"content_hash\":\"" + HASH
                    + "\"},\n {\"path\":\"a\",\"name\":\"alpha\"}]}\n");

            assertThat(releases())
                    .containsExactly(
                            new FoundationRelease(1, "zeta", Optional.of(Sha256.parse(HASH))), release(2, "alpha"));
            try (ModelFiles files = open(release(1, "zeta"))) {
                assertThat(files.location()).isEqualTo(root.resolve("models/b").toString());
                assertThat(TestFiles.readText(files.open("config.json"))).isEqualTo("B");
            }
        }

        @Test
        @DisplayName("may list the directory itself, and none")
        void itself() {
            TestFiles.write(root.resolve("model.safetensors"), "weights");
            list("{\"releases\":[{\"name\":\"only\",\"path\":\".\"}]}");
            try (ModelFiles files = open(release(1, "only"))) {
                assertThat(files.location()).isEqualTo(root.toString());
                assertThat(files.names()).containsExactly("model.safetensors", "releases.json");
            }

            list("{\"releases\":[]}");
            assertThat(releases()).isEmpty();
        }

        @Test
        @DisplayName("lists releases that are not there; opening one says so")
        void notThere() {
            TestFiles.write(root.resolve("file"), "f");
            list("{\"releases\":[{\"name\":\"old\",\"path\":\"gone\"},{\"name\":\"new\",\"path\":\"file\"}]}");

            assertThat(releases()).containsExactly(release(1, "old"), release(2, "new"));
            assertInvalid(() -> open(release(1, "old")), ErrorCode.MODEL_INVALID)
                    .hasMessage("foundation release 'old', path 'gone': there is no such directory in " + root);
            assertInvalid(() -> open(release(2, "new")), ErrorCode.MODEL_INVALID)
                    .hasMessage("foundation release 'new', path 'file': is not a directory in " + root);
        }

        @Test
        @DisplayName("follows links inside the directory, and refuses those that leave it")
        void links() {
            TestFiles.write(root.resolve("r1/config.json"), "one");
            TestFiles.write(dir.resolve("outside/config.json"), "out");
            TestFiles.link(root.resolve("current"), Path.of("r1"));
            TestFiles.link(root.resolve("away"), dir.resolve("outside"));
            TestFiles.link(root.resolve("there-and-back"), dir);
            list("{\"releases\":[{\"name\":\"a\",\"path\":\"current\"},{\"name\":\"b\",\"path\":\"away\"},"
                    + "{\"name\":\"c\",\"path\":\"there-and-back/foundation/r1\"}]}");

            assertThat(TestFiles.readText(open(release(1, "a")).open("config.json")))
                    .isEqualTo("one");
            assertInvalid(() -> open(release(2, "b")), ErrorCode.MODEL_INVALID)
                    .hasMessage("foundation release 'b', path 'away': leaves " + root + " through a symbolic link");
            assertInvalid(() -> open(release(3, "c")), ErrorCode.MODEL_INVALID)
                    .hasMessage("foundation release 'c', path 'there-and-back/foundation/r1': leaves " + root
                            + " through a symbolic link");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                ../r1     | must not contain '..'
                r1/../..  | must not contain '..'
                ..        | must not contain '..'
                ./r1      | must not contain '.'
                /r1       | must be relative
                `` | has an empty segment
                r1/       | has an empty segment
                r1//x     | has an empty segment
                r1\\u0000 | has a segment that is not a plain file name
                r1\\nx    | has a segment that is not a plain file name
                """)
        @DisplayName("refuses paths that could lead out of the directory")
        void traversal(String path, String reason) {
            TestFiles.write(root.resolve("r1/config.json"), "one");
            list("{\"releases\":[{\"name\":\"r1\",\"path\":\"r1\"},{\"name\":\"r2\",\"path\":\"" + path + "\"}]}");

            assertMalformed().hasMessage("releases.json: releases[1].path: " + reason);
        }

        @Test
        @DisplayName("refuses paths and segments that no file system takes")
        void tooLong() {
            list("{\"releases\":[{\"name\":\"r\",\"path\":\"" + "x".repeat(256) + "\"}]}");
            assertMalformed().hasMessageContaining("has a segment that is not a plain file name");
            list("{\"releases\":[{\"name\":\"r\",\"path\":\"" + "x/".repeat(512) + "x\"}]}");
            assertMalformed().hasMessageContaining("is longer than 1024 characters");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {"releases":[{"name":"r","path":"a"},{"name":"r","path":"b"}]} | releases[1].name: 'r' is there twice
                {"releases":[{"name":"","path":"a"}]}         | releases[0].name: must not be empty
                {"releases":[{"path":"a"}]}                   | releases[0].name: must be there and be a string
                {"releases":[{"name":7,"path":"a"}]}          | releases[0].name: must be there and be a string
                {"releases":[{"name":"r"}]}                   | releases[0].path: must be there and be a string
                {"releases":[{"name":"r","path":null}]}       | releases[0].path: must be there and be a string
                {"releases":[{"name":"r","path":"a","sha":""}]} | releases[0]: unknown field 'sha'
                {"releases":["r"]}                            | releases[0]: must be a JSON object
                {"releases":{}}                               | must have an array 'releases'
                {}                                            | must have an array 'releases'
                {"releases":[],"version":1}                   | unknown field 'version'
                []                                            | must be a JSON object
                `` | must be a JSON object
                {"releases":[]} x                             | malformed JSON at line 1, column 17: Unrecognized token 'x'
                {"releases":[]}{}                             | malformed JSON at line 1, column 16: Trailing token
                {"releases":[],"releases":[]}                 | malformed JSON at line 1, column 26: Duplicate
                {"releases":[{"name":"a","name":"b","path":"c"}]} | malformed JSON at line 1, column 32: Duplicate
                {"releases":[}                                | malformed JSON at line 1, column 14: Unexpected close marker '}': expected ']'
                {"releases":[                                 | malformed JSON at line 1, column 14: Unexpected end-of-input: expected close marker for Array
                {'releases':[]}                               | malformed JSON at line 1, column 2: Unexpected character
                {"releases":[[[[[[[[[]]]]]]]]]}               | malformed JSON: Document nesting depth (9) exceeds
                """)
        @DisplayName("refuses anything but the documented form")
        void malformed(String json, String reason) {
            list(json);
            assertMalformed().hasMessageStartingWith("releases.json: " + reason).hasMessageNotContaining("Source");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "null",
                    "7",
                    "\"\"",
                    "\"00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF\"",
                    "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeef\"",
                    "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0\""
                })
        @DisplayName("refuses a content hash that is not 64 lower-case hex digits")
        void badHash(String hash) {
            list("{\"releases\":[{\"name\":\"r\",\"path\":\"a\",\"content_hash\":" + hash + "}]}");
            assertMalformed().hasMessage("releases.json: releases[0].content_hash: must be 64 lower-case hex digits");
        }

        @Test
        @DisplayName("refuses text that is not UTF-8, or begins with a byte order mark")
        void notUtf8() throws IOException {
            Files.write(root.resolve("releases.json"), "{\"releases\":[\u00e9]}".getBytes(StandardCharsets.ISO_8859_1));
            assertMalformed().hasMessage("releases.json: is not valid UTF-8");
            list("\uFEFF{\"releases\":[]}");
            assertMalformed()
                    .hasMessageStartingWith("releases.json: malformed JSON at line 1, column 1: Unexpected character");
        }

        @Test
        @DisplayName("takes a list of 1 MiB and refuses a longer one unread")
        void tooLarge() {
            String text = "{\"releases\":[]}";
            list(text + " ".repeat((1 << 20) - text.length()));
            assertThat(releases()).isEmpty();
            list(text + " ".repeat((1 << 20) - text.length() + 1));
            assertMalformed().hasMessage("releases.json: longer than 1048576 bytes: 1048577");
        }

        @Test
        @DisplayName("is not taken for one without, if the list is a directory or a link that leaves or leads nowhere")
        void listThatIsNoFile() throws IOException {
            TestFiles.write(root.resolve("r1/config.json"), "one");
            Path list = TestFiles.folder(root.resolve("releases.json"));
            assertMalformed().hasMessage("releases.json: is not a regular file (in " + root + ")");
            Files.delete(list);
            TestFiles.link(list, TestFiles.write(dir.resolve("releases.json"), "{\"releases\":[]}"));
            assertMalformed()
                    .hasMessage("releases.json: is a symbolic link that leaves the directory (in " + root + ")");
            Files.delete(list);
            TestFiles.link(list, Path.of("gone"));
            assertMalformed().hasMessageContaining("is a symbolic link that cannot be followed");
        }

        private void list(String json) {
            TestFiles.write(root.resolve("releases.json"), json);
        }

        private AbstractThrowableAssert<?, ? extends Throwable> assertMalformed() {
            return assertInvalid(FoundationDirectoryTest.this::releases, ErrorCode.MODEL_INVALID);
        }
    }
}

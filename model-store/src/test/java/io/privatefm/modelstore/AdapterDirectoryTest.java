/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.adapter.AdapterStore;
import io.privatefm.spi.files.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An adapter directory")
class AdapterDirectoryTest {
    @TempDir
    Path dir;

    private Path root;

    @BeforeEach
    void root() {
        root = TestFiles.folder(dir.resolve("adapters"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"math", "learner-17/math", "user:17@school/math/rev 3", "..a/b..", "."})
    @DisplayName("opens the adapter that a relative path names")
    void opens(String reference) {
        TestFiles.write(root.resolve(reference).resolve("adapter_config.json"), reference);

        try (ModelFiles files = AdapterDirectory.at(root).open(reference)) {
            assertThat(files.names()).containsExactly("adapter_config.json");
            assertThat(TestFiles.readText(files.open("adapter_config.json"))).isEqualTo(reference);
            assertThat(files.location())
                    .isEqualTo(
                            reference.equals(".")
                                    ? root.toString()
                                    : root.resolve(reference).toString());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ..                | must not contain '..'
            ../outside        | must not contain '..'
            math/../../outside | must not contain '..'
            math/..           | must not contain '..'
            ./math            | must not contain '.'
            math/.            | must not contain '.'
            /etc              | must be relative
            //etc             | must be relative
            `` | has an empty segment
            math/             | has an empty segment
            a//b              | has an empty segment
            """)
    @DisplayName("refuses a reference that is no relative path with plain segments")
    void malformed(String reference, String reason) {
        TestFiles.write(root.resolve("math/adapter_config.json"), "m");
        TestFiles.write(dir.resolve("outside/adapter_config.json"), "o");

        assertInvalid(reference, ErrorCode.INVALID_ARGUMENT)
                .hasMessage("adapter reference '" + reference + "': " + reason);
    }

    @Test
    @DisplayName("refuses control characters and names that are too long, and stays on one line")
    void noFileNames() {
        assertInvalid("ma\nth", ErrorCode.INVALID_ARGUMENT)
                .hasMessage("adapter reference 'ma?th': has a segment that is not a plain file name");
        assertInvalid("a\0b", ErrorCode.INVALID_ARGUMENT)
                .hasMessage("adapter reference 'a?b': has a segment that is not a plain file name");
        assertInvalid("\uD800", ErrorCode.INVALID_ARGUMENT)
                .hasMessageContaining("has a segment that is not a plain file name");
        assertInvalid("x".repeat(256), ErrorCode.INVALID_ARGUMENT)
                .hasMessageContaining("has a segment that is not a plain file name");
        assertInvalid("x".repeat(255), ErrorCode.ADAPTER_INVALID)
                .hasMessageEndingWith("there is no such directory in " + root);
        assertInvalid("x/".repeat(512) + "x", ErrorCode.INVALID_ARGUMENT)
                .hasMessageContaining("is longer than 1024 characters");
        assertInvalid("x/".repeat(511) + "xy", ErrorCode.ADAPTER_INVALID)
                .hasMessageEndingWith("there is no such directory in " + root);
    }

    @Test
    @DisplayName("says when a reference names nothing, or no directory")
    void namesNothing() {
        TestFiles.write(root.resolve("file"), "f");

        assertInvalid("missing", ErrorCode.ADAPTER_INVALID)
                .hasMessage("adapter reference 'missing': there is no such directory in " + root);
        assertInvalid("missing/math", ErrorCode.ADAPTER_INVALID)
                .hasMessage("adapter reference 'missing/math': there is no such directory in " + root);
        assertInvalid("file", ErrorCode.ADAPTER_INVALID)
                .hasMessage("adapter reference 'file': is not a directory in " + root);
        assertInvalid("file/math", ErrorCode.ADAPTER_INVALID)
                .hasMessage("adapter reference 'file/math': is not a directory in " + root);
    }

    @Test
    @DisplayName("follows links inside the root, and refuses those that leave it")
    void links() {
        TestFiles.write(root.resolve("math-3/adapter_config.json"), "m");
        TestFiles.write(dir.resolve("adapters-2/adapter_config.json"), "o");
        TestFiles.link(root.resolve("math"), Path.of("math-3"));
        TestFiles.link(root.resolve("away"), dir.resolve("adapters-2"));
        TestFiles.link(root.resolve("up"), Path.of(".."));

        assertThat(AdapterDirectory.at(root).open("math").names()).containsExactly("adapter_config.json");
        for (String reference : new String[] {"away", "up", "up/adapters/math-3"}) {
            assertInvalid(reference, ErrorCode.ADAPTER_INVALID)
                    .hasMessage("adapter reference '" + reference + "': leaves " + root + " through a symbolic link");
        }
    }

    @Test
    @DisplayName("refuses an adapter's file that is a link out of the adapter")
    void fileLinks() {
        TestFiles.folder(root.resolve("math"));
        TestFiles.link(root.resolve("math/adapter_config.json"), TestFiles.write(dir.resolve("secret"), "s"));

        ModelFiles files = AdapterDirectory.at(root).open("math");

        assertThat(files.names()).isEmpty();
        assertThatThrownBy(() -> files.open("adapter_config.json"))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_INVALID))
                .hasMessage("adapter_config.json: is a symbolic link that leaves the directory (in "
                        + root.resolve("math") + ")");
    }

    @Test
    @DisplayName("may itself be reached through a link")
    void linkedRoot() {
        TestFiles.write(root.resolve("math/adapter_config.json"), "m");
        TestFiles.link(dir.resolve("current"), root);

        ModelFiles files = AdapterDirectory.at(dir.resolve("current")).open("math");

        assertThat(files.location()).isEqualTo(dir.resolve("current/math").toString());
        assertThat(TestFiles.readText(files.open("adapter_config.json"))).isEqualTo("m");
    }

    @Test
    @DisplayName("must exist; one that went away is unavailable")
    void mustExist() throws IOException {
        Path missing = dir.resolve("missing");
        assertThatThrownBy(() -> AdapterDirectory.at(missing))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                .hasMessage(missing + ": there is no such directory");

        AdapterStore store = AdapterDirectory.at(root);
        Files.delete(root);
        assertThatThrownBy(() -> store.open("math"))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot open " + root + ": it does not exist");
    }

    private AbstractThrowableAssert<?, ? extends Throwable> assertInvalid(String reference, ErrorCode code) {
        return assertThatThrownBy(() -> AdapterDirectory.at(root).open(reference))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The files of a local directory")
class LocalModelFilesTest {
    @TempDir
    Path dir;

    private Path model;

    @BeforeEach
    void model() {
        model = TestFiles.folder(dir.resolve("model"));
    }

    @Test
    @DisplayName("are its regular files, hidden ones too, but nothing from sub-directories")
    void regularFiles() {
        TestFiles.write(model.resolve("tokenizer.json"), "t");
        TestFiles.write(model.resolve("config.json"), "c");
        TestFiles.write(model.resolve(".gitattributes"), "g");
        TestFiles.write(model.resolve("original/model.safetensors"), "o");

        try (ModelFiles files = LocalModelFiles.open(model)) {
            assertThat(files.names()).containsExactly(".gitattributes", "config.json", "tokenizer.json");
            assertThat(files.location()).isEqualTo(model.toString());
            assertThat(TestFiles.readText(files.open("config.json"))).isEqualTo("c");
            assertInvalid(files, "original").hasMessage("original: is not a regular file (in " + model + ")");
        }
    }

    @Test
    @DisplayName("are sorted by code point, capitals before small letters, U+FF5A before U+1F600")
    void codePointOrder() {
        String wide = "\uFF5A";
        String emoji = "\uD83D\uDE00";
        TestFiles.assumeFileName(wide + emoji);
        for (String name : new String[] {emoji, wide, "b", "a", "B", "a-b", "10", "9"}) {
            TestFiles.write(model.resolve(name), name);
        }

        assertThat(LocalModelFiles.open(model).names()).containsExactly("10", "9", "B", "a", "a-b", "b", wide, emoji);
    }

    @Test
    @DisplayName("are none in an empty directory")
    void empty() {
        assertThat(LocalModelFiles.open(model).names()).isEmpty();
    }

    @Test
    @DisplayName("include links to files inside the directory, read through the link's name")
    void linksInside() {
        TestFiles.write(model.resolve("store/weights"), "w");
        TestFiles.link(model.resolve("model.safetensors"), Path.of("store/weights"));
        TestFiles.link(model.resolve("again.safetensors"), Path.of("../model/model.safetensors"));

        LocalModelFiles files = LocalModelFiles.open(model);

        assertThat(files.names()).containsExactly("again.safetensors", "model.safetensors");
        assertThat(TestFiles.readText(files.open("again.safetensors"))).isEqualTo("w");
    }

    @Test
    @DisplayName("leave out links that leave the directory, and refuse to open them, saying so")
    void linksOutside() {
        Path outside = TestFiles.write(dir.resolve("secret"), "s");
        // begins with the same text as the directory, but is beside it
        Path beside = TestFiles.write(dir.resolve("model-2/secret"), "s");
        TestFiles.link(model.resolve("absolute"), outside);
        TestFiles.link(model.resolve("relative"), Path.of("../secret"));
        TestFiles.link(model.resolve("neighbour"), beside);
        TestFiles.link(model.resolve("chain"), Path.of("relative"));
        TestFiles.link(model.resolve("folder"), dir);

        LocalModelFiles files = LocalModelFiles.open(model);

        assertThat(files.names()).isEmpty();
        for (String name : new String[] {"absolute", "relative", "neighbour", "chain", "folder"}) {
            assertInvalid(files, name)
                    .hasMessage(name + ": is a symbolic link that leaves the directory (in " + model + ")");
        }
    }

    @Test
    @DisplayName("leave out links to nothing, to themselves and to directories")
    void brokenLinks() {
        TestFiles.folder(model.resolve("sub"));
        TestFiles.link(model.resolve("nothing"), Path.of("gone"));
        TestFiles.link(model.resolve("loop"), Path.of("loop"));
        TestFiles.link(model.resolve("directory"), Path.of("sub"));

        LocalModelFiles files = LocalModelFiles.open(model);

        assertThat(files.names()).isEmpty();
        assertInvalid(files, "nothing").hasMessageContaining("is a symbolic link that cannot be followed");
        assertInvalid(files, "loop").hasMessageContaining("is a symbolic link that cannot be followed");
        assertInvalid(files, "directory")
                .hasMessageContaining("is a symbolic link to something that is not a regular file");
    }

    @Test
    @DisplayName("are found through a directory that is itself a link; the location is the path as given")
    void linkedDirectory() {
        TestFiles.write(model.resolve("config.json"), "c");
        TestFiles.link(model.resolve("alias.json"), Path.of("config.json"));
        Path link = dir.resolve("current");
        TestFiles.link(link, model);

        LocalModelFiles files = LocalModelFiles.open(link);

        assertThat(files.names()).containsExactly("alias.json", "config.json");
        assertThat(files.location()).isEqualTo(link.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../secret",
                "sub/../config.json",
                "./config.json",
                "sub/inner",
                "/etc/passwd",
                "no"
            })
    @DisplayName("are opened by the names listed only: no paths, no dots, no separators")
    void plainNamesOnly(String name) {
        TestFiles.write(dir.resolve("secret"), "s");
        TestFiles.write(model.resolve("config.json"), "c");
        TestFiles.write(model.resolve("sub/inner"), "i");

        assertInvalid(LocalModelFiles.open(model), name)
                .hasMessage(name + ": there is no such file (in " + model + ")");
    }

    @Test
    @DisplayName("show a refused name on one line")
    void oneLine() {
        assertInvalid(LocalModelFiles.open(model), "a\nb\u2028c")
                .hasMessageStartingWith("a?b?c: there is no such file");
    }

    @Test
    @DisplayName("do not exist in a directory that is missing, is a file, or is below a file")
    void noDirectory() {
        Path file = TestFiles.write(dir.resolve("file"), "f");
        Path dangling = dir.resolve("dangling");
        TestFiles.link(dangling, Path.of("gone"));

        assertNotOpened(dir.resolve("missing"), "there is no such directory");
        assertNotOpened(dangling, "there is no such directory");
        assertNotOpened(file.resolve("below"), "there is no such directory");
        assertNotOpened(file, "is not a directory");
    }

    @Test
    @DisplayName("are unavailable if the directory cannot be listed")
    void notListed() {
        Path gone = dir.resolve("gone");
        assertThatThrownBy(() -> LocalModelFiles.list(gone, gone, ErrorCode.MODEL_INVALID))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot list " + gone + ": it does not exist");
        Path loop = dir.resolve("loop");
        TestFiles.link(loop, Path.of("loop"));
        assertThatThrownBy(() -> LocalModelFiles.open(loop))
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("cannot open " + loop + ": Too many levels of symbolic links");
    }

    @Test
    @DisplayName("are unavailable if they went away, or became a link, after they were listed")
    void goneAfterListing() throws IOException {
        Path config = TestFiles.write(model.resolve("config.json"), "c");
        Path tokenizer = TestFiles.write(model.resolve("tokenizer.json"), "t");
        LocalModelFiles files = LocalModelFiles.open(model);
        Files.delete(config);
        Files.delete(tokenizer);
        TestFiles.link(tokenizer, TestFiles.write(dir.resolve("secret"), "s"));

        assertThat(files.names()).containsExactly("config.json", "tokenizer.json");
        assertThatThrownBy(() -> files.open("config.json"))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot open " + config + ": it does not exist");
        assertThatThrownBy(() -> files.open("tokenizer.json"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("cannot open " + tokenizer)
                .hasMessageContaining("symbolic link");
    }

    @Test
    @DisplayName("are opened with a handle each; closing one, or the set, leaves the others open")
    void ownHandles() {
        TestFiles.write(model.resolve("config.json"), "c");
        ModelFiles files = LocalModelFiles.open(model);
        RangedFile first = files.open("config.json");
        try (RangedFile second = files.open("config.json")) {
            first.close();
            files.close();
            files.close();

            ByteBuffer target = ByteBuffer.allocate(1);
            second.read(0, target);
            assertThat(target.array()).asString().isEqualTo("c");
        }
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertInvalid(ModelFiles files, String name) {
        return assertThatThrownBy(() -> files.open(name))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_INVALID));
    }

    private static void assertNotOpened(Path directory, String reason) {
        assertThatThrownBy(() -> LocalModelFiles.open(directory))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_INVALID))
                .hasMessage(directory + ": " + reason);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.foundation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.testkit.MemoryFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A foundation directory that is written")
class FoundationFolderTest {
    private static final Sha256 HASH = new Sha256(1, 2, 3, 4);
    private static final MemoryFiles MODEL = MemoryFiles.of(
            "memory", Map.of("config.json", new byte[] {'{', '}'}, "model.safetensors", new byte[3_000_000]));

    @TempDir
    private Path folder;

    @Test
    @DisplayName("has no release, and no trace of one, if the copy is found to be another than what was checked")
    void copyRefused() throws IOException {
        InvalidInputException other = new InvalidInputException(ErrorCode.MODEL_INVALID, "another");

        assertThatThrownBy(() -> FoundationFolder.at(folder).add("r1", MODEL, HASH, copy -> {
                    assertThat(copy.names()).containsExactly("config.json", "model.safetensors");
                    throw other;
                }))
                .isSameAs(other);

        assertThat(names()).containsExactly(".import.lock");
        assertThat(releases()).isEmpty();
    }

    @Test
    @DisplayName("has no trace of a release whose files cannot be read to their end")
    void sourceFails() throws IOException {
        UnavailableException gone = new UnavailableException("gone");
        ModelFiles failing = new ModelFiles() {
            @Override
            public String location() {
                return "failing";
            }

            @Override
            public List<String> names() {
                return MODEL.names();
            }

            @Override
            public RangedFile open(String name) {
                if (name.equals("config.json")) {
                    return MODEL.open(name);
                }
                throw gone;
            }

            @Override
            public void close() {}
        };

        assertThatThrownBy(() -> FoundationFolder.at(folder).add("r1", failing, HASH, copy -> {}))
                .isSameAs(gone);
        assertThat(names()).containsExactly(".import.lock");
    }

    @Test
    @DisplayName("is one import's at a time; until the new release is whole, readers see what was there")
    void oneAtATime() {
        FoundationFolder.at(folder).add("r1", MODEL, HASH, copy -> {});
        List<List<String>> seen = new ArrayList<>();

        FoundationFolder.at(folder).add("r2", MODEL, HASH, copy -> {
            seen.add(releases());
            assertThatThrownBy(() -> FoundationFolder.at(folder).add("r3", MODEL, HASH, none -> {}))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("another import into ");
        });

        assertThat(seen).containsExactly(List.of("r1"));
        assertThat(releases()).containsExactly("r1", "r2");
        assertThatThrownBy(() -> FoundationFolder.at(folder).add("r1", MODEL, HASH, copy -> {}))
                .isInstanceOf(AlreadyExistsException.class);
    }

    private List<String> releases() {
        return FoundationDirectory.at(folder).releases().stream()
                .map(FoundationRelease::name)
                .toList();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}

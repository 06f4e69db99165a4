/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The location of a foundation")
class FoundationLocationTest {
    @TempDir
    Path dir;

    @Test
    @DisplayName("is a directory, by its path or a file URL, and needs no cache")
    void directory() {
        TestFiles.write(dir.resolve("foundation/r1/config.json"), "{}");
        for (String location : new String[] {
            dir.resolve("foundation").toString(),
            dir.resolve("foundation").toUri().toString()
        }) {
            assertThat(open(location)).isInstanceOf(FoundationDirectory.class);
            assertThat(open(location).releases())
                    .extracting(FoundationRelease::name)
                    .containsExactly("r1");
        }
        assertThat(dir.resolve("cache")).doesNotExist();
    }

    @Test
    @DisplayName("is a model registry, by its URL, asked with the key")
    void registry() {
        try (ModelServer server = new ModelServer()) {
            server.list("r1");
            assertThat(open(server.url()).releases())
                    .extracting(FoundationRelease::name)
                    .containsExactly("r1");
            assertThat(server.requests("/releases.json").get(0).header("Authorization"))
                    .contains("Bearer key");
        }
    }

    @Test
    @DisplayName("is revisions of a model on a hub, in their order")
    void hub() {
        for (String location : new String[] {
            "hf://org/tiny@v1,main",
            "hf+https://hub.example.org/org/tiny@v1,main",
            "HF+HTTP://127.0.0.1:9/org/tiny@v1,main"
        }) {
            assertThat(open(location).releases())
                    .containsExactly(
                            new FoundationRelease(1, "org/tiny@v1", Optional.empty()),
                            new FoundationRelease(2, "org/tiny@main", Optional.empty()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hf://org/tiny",
                "hf://org/tiny@",
                "hf://@v1",
                "hf://org/tiny@v1,",
                "hf://org/tiny@v1,v1",
                "hf+https://hub.example.org",
                "hf+https:///org/tiny@v1",
                "hf+ftp://host/org/tiny@v1",
                "s3://bucket",
                "http://",
                "file:relative",
                "file://host/x",
                "/no/such/directory",
                "\u0000"
            })
    @DisplayName("is nothing else")
    void others(String location) {
        assertThatThrownBy(() -> open(location))
                .isInstanceOf(InvalidInputException.class)
                .satisfies(e -> assertThat(((PfmException) e).code()).isEqualTo(ErrorCode.CONFIGURATION));
    }

    private FoundationStore open(String location) {
        return FoundationLocation.open(location, Optional.of("key"), dir.resolve("cache"));
    }
}

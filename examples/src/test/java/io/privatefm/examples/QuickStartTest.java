/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.ModelCheck;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.files.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The quick start")
class QuickStartTest {
    private static final Path ROOT = Path.of("..");
    static final Path DATA = ROOT.resolve("orchestrator-server/src/main/resources/tiny-tutor");
    private static final Path SOURCE = Path.of("src/main/java/io/privatefm/examples/QuickStart.java");

    @TempDir
    private Path work;

    @Test
    @DisplayName("merges the trained adapter and exports a model with the hash it returns")
    void runs() throws IOException {
        Path foundation = Files.createDirectory(work.resolve("foundation"));
        copy(DATA.resolve("foundation/release-1"), foundation.resolve("release-1"));
        Path adapter = DATA.resolve("adapters/7d9f7c1e-5d3a-4b52-9c43-2f6a1d0e8b11/math");

        String hash = QuickStart.run(foundation, adapter, work).hex();

        assertThat(hash).startsWith("ef6d0080f740");
        try (ModelFiles exported = LocalModelFiles.open(work.resolve("model"))) {
            assertThat(ModelCheck.contentHash(exported, 1).hex()).isEqualTo(hash);
        }
    }

    @Test
    @DisplayName("is the program in the README, line by line")
    void isInTheReadme() throws IOException {
        String program = SourceRegion.of(SOURCE, "quick-start");

        assertThat(program.lines()).hasSizeLessThanOrEqualTo(15);
        assertThat(Files.readString(ROOT.resolve("README.md"))).contains("```java\n" + program + "\n```");
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(from.resolve(name), to.resolve(name));
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.privatefm.spi.foundation.FoundationStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("docs/model-registry.md")
class ModelRegistryDocTest {
    private static final Path DOC = Path.of("..", "docs", "model-registry.md");

    @TempDir
    Path dir;

    @Test
    @DisplayName("shows lists that make a registry")
    void lists() throws IOException {
        List<String> lists = blocks("json");
        assertThat(lists).hasSize(2);
        try (ModelServer server = new ModelServer()) {
            server.put("/releases.json", lists.get(0))
                    .put("/r1/files.json", lists.get(1))
                    .put("/r1/config.json", "{}\n");
            FoundationStore store =
                    HttpFoundation.registry(server.url(), dir.resolve("cache")).build();

            assertThat(TestFiles.readText(store.open(store.releases().get(0)).open("config.json")))
                    .isEqualTo("{}\n");
        }
    }

    @Test
    @DisplayName("shows a command that lists the files of a release, also twice")
    void command() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")) && Files.isExecutable(Path.of("/usr/bin/sha256sum")));
        byte[] weights = TestFiles.bytes(new Random(1), 70_000);
        TestFiles.write(dir.resolve("r1/config.json"), "{}\n");
        Files.write(dir.resolve("r1/model.safetensors"), weights);
        for (int run = 0; run < 2; run++) {
            Process shell = new ProcessBuilder(
                            "/bin/sh", "-e", "-c", blocks("sh").get(0))
                    .directory(dir.toFile())
                    .inheritIO()
                    .start();
            assertThat(shell.waitFor()).isZero();
        }
        try (ModelServer server = new ModelServer()) {
            server.put("/releases.json", blocks("json").get(0));
            for (String name : TestFiles.below(dir.resolve("r1"))) {
                server.put("/r1/" + name, Files.readAllBytes(dir.resolve("r1").resolve(name)));
            }
            FoundationStore store =
                    HttpFoundation.registry(server.url(), dir.resolve("cache")).build();

            assertThat(store.open(store.releases().get(0)).names()).containsExactly("config.json", "model.safetensors");
        }
    }

    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(DOC))
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}

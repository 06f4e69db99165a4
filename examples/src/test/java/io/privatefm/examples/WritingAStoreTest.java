/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The guide to writing a store")
class WritingAStoreTest {
    private static final Path GUIDE = Path.of("../docs/writing-a-store.md");
    private static final Path MAIN = Path.of("src/main/java/io/privatefm/examples");
    private static final Path TEST = Path.of("src/test/java/io/privatefm/examples");

    @Test
    @DisplayName("shows the example's own contract test, line by line")
    void showsTheTest() throws IOException {
        String region = SourceRegion.of(TEST.resolve("SnapshotStoreTest.java"), "store-test");

        assertThat(Files.readString(GUIDE)).contains("```java\n" + region + "\n```");
    }

    @Test
    @DisplayName("shows how this module depends on the kit")
    void showsTheDependency() throws IOException {
        String guide = Files.readString(GUIDE);
        String block = guide.substring(guide.indexOf("```xml\n") + 7);
        String dependencies = block.substring(0, block.indexOf("```"));

        assertThat(Files.readString(Path.of("pom.xml"))).contains(dependencies.indent(4));
    }

    @Test
    @DisplayName(
            "says how long the example is: less than 400 lines besides imports, @Override, comments and empty lines")
    void length() throws IOException {
        long lines = 0;
        for (String name : List.of("SnapshotStore.java", "Snapshot.java", "SnapshotTx.java")) {
            try (Stream<String> source = Files.lines(MAIN.resolve(name))) {
                lines += source.map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.matches("(import|package|@Override|/\\*|\\*|//).*"))
                        .count();
            }
        }

        assertThat(lines).isBetween(1L, 399L);
        assertThat(Files.readString(GUIDE))
                .contains("less than 400 lines of code besides imports, `@Override`, comments");
    }
}

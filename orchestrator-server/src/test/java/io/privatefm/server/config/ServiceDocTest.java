/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("docs/service.md")
class ServiceDocTest {
    private static final Pattern ROW = Pattern.compile("\\| `([A-Z_]+)` \\| (?:`([^`]*)`)?.*");

    private static Map<String, String> rows() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("..", "docs", "service.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(row.group(1), row.group(2) == null ? "" : row.group(2));
            }
        }
        return rows;
    }

    @Test
    @DisplayName("names every variable that there is, and no other")
    void variables() throws IOException {
        List<String> names = Stream.of(Setting.values()).map(Enum::name).toList();

        assertThat(rows()).containsOnlyKeys(names);
    }

    @Test
    @DisplayName("gives the defaults that there are")
    void defaults(@TempDir Path home) throws IOException {
        String effective =
                ServerSettings.of(Map.of("PFM_HOME", home.toString())).describe() + ",";

        Map<String, String> rows = rows();
        for (Setting setting : Setting.values()) {
            if (effective.contains(setting + "=") && setting != Setting.PFM_HOME) {
                assertThat(effective).contains(setting + "=" + rows.get(setting.name()) + ",");
            }
        }
    }
}

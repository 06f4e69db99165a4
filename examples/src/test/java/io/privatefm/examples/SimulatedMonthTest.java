/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The simulated month")
class SimulatedMonthTest {
    @Test
    @DisplayName("has an outage, damage that is mended and a new release, the same each time")
    void runs() {
        List<String> lines = SimulatedMonth.run(7);

        assertThat(lines.get(9)).as("the foundation store does not answer").endsWith("2 rejected");
        assertThat(lines.get(19)).as("damage").startsWith("day 20: 1 damaged");
        assertThat(lines.get(14)).as("a new release").contains("2 merged");
        assertThat(SimulatedMonth.run(7)).isEqualTo(lines);
    }

    @Test
    @DisplayName("is what docs/simulation.md shows")
    void documented() throws IOException {
        assertThat(Files.readString(Path.of("../docs/simulation.md")))
                .contains(SourceRegion.of(Path.of("src/test/java/io/privatefm/examples/SimulatedMonth.java"), "month"));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The module io.privatefm.metrics.micrometer")
class ModuleTest {
    private static final String NAME = "io.privatefm.metrics.micrometer";

    @Test
    @DisplayName("exports its one package, opens nothing, and needs the SPI and Micrometer alone")
    void descriptor() throws Exception {
        Path classes = Path.of(PfmMetrics.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        ModuleDescriptor module =
                ModuleFinder.of(classes).find(NAME).orElseThrow().descriptor();

        assertThat(module.exports()).singleElement().satisfies(exported -> {
            assertThat(exported.source()).isEqualTo(NAME);
            assertThat(exported.isQualified()).isFalse();
        });
        assertThat(module.opens()).isEmpty();
        assertThat(module.requires().stream().map(Requires::name).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("java.base", "io.privatefm.spi", "micrometer.core", "org.jspecify");
    }
}

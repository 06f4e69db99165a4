/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The module io.privatefm.modelstore")
class ModuleTest {
    private static final String NAME = "io.privatefm.modelstore";

    @Test
    @DisplayName("exports its one package, opens nothing, and needs the SPI, Jackson and an HTTP client alone")
    void descriptor() throws Exception {
        Path classes = Path.of(LocalModelFiles.class
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
        assertThat(module.isOpen()).isFalse();
        assertThat(module.requires().stream().map(Requires::name).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        "java.base",
                        "io.privatefm.spi",
                        "org.jspecify",
                        "com.fasterxml.jackson.core",
                        "com.fasterxml.jackson.databind",
                        "java.net.http");
    }
}

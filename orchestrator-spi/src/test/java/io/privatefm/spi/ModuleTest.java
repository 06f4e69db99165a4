/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The module of the SPI")
class ModuleTest {
    @Test
    @DisplayName("exports exactly these packages and needs nothing at run time")
    void descriptor() throws IOException {
        ModuleDescriptor module;
        try (InputStream in = Files.newInputStream(Path.of("target", "classes", "module-info.class"))) {
            module = ModuleDescriptor.read(in);
        }

        assertThat(module.exports().stream()
                        .map(ModuleDescriptor.Exports::source)
                        .collect(Collectors.toSet()))
                .isEqualTo(Set.of(
                        "io.privatefm.spi",
                        "io.privatefm.spi.adapter",
                        "io.privatefm.spi.audit",
                        "io.privatefm.spi.blob",
                        "io.privatefm.spi.bus",
                        "io.privatefm.spi.checkpoint",
                        "io.privatefm.spi.files",
                        "io.privatefm.spi.foundation",
                        "io.privatefm.spi.guardian",
                        "io.privatefm.spi.keys",
                        "io.privatefm.spi.limit",
                        "io.privatefm.spi.merge",
                        "io.privatefm.spi.observe",
                        "io.privatefm.spi.recovery",
                        "io.privatefm.spi.schedule",
                        "io.privatefm.spi.store"));
        assertThat(module.requires())
                .filteredOn(required -> !required.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .extracting(ModuleDescriptor.Requires::name)
                .containsExactly("java.base");
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** One browser and one service for all tests of the console in this JVM: both are slow to start. */
final class OpenConsole implements BeforeAllCallback {
    private Opened opened;

    @Override
    public void beforeAll(ExtensionContext context) {
        opened = context.getRoot()
                .getStore(Namespace.create(OpenConsole.class))
                .computeIfAbsent(Opened.class, type -> new Opened(), Opened.class);
    }

    ConsoleScene scene() {
        return opened.scene;
    }

    WatchedPage page(ColorScheme scheme, int width) {
        return new WatchedPage(
                opened.chromium.browser,
                opened.scene.origin(),
                new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(width, 900));
    }

    WatchedPage page() {
        return page(ColorScheme.LIGHT, 1360);
    }

    /** Closed after the last test of the JVM. */
    private static final class Opened implements AutoCloseable {
        private final Chromium chromium = Chromium.start();
        private final Path folder;
        private final ConsoleScene scene;

        Opened() {
            try {
                folder = Files.createTempDirectory("pfm-console");
                scene = ConsoleScene.in(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws IOException {
            scene.close();
            chromium.close();
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}

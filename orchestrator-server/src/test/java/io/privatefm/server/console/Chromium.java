/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The machine's own Chromium, without a window; nothing is downloaded. */
final class Chromium implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final List<String> FLAGS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private final Playwright playwright;
    final Browser browser;

    private Chromium(Path executable) {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        .setArgs(FLAGS));
    }

    /**
     * Starts it, where that is asked for: with {@code -Dpfm.ci=true}, where it fails if there is none, or with {@code CHROMIUM} in the
     * environment. Else the test that asks is skipped: the walk through the pages is long.
     */
    static Chromium start() {
        boolean wanted = Boolean.getBoolean("pfm.ci") || System.getenv("CHROMIUM") != null;
        Assumptions.assumeTrue(wanted, "the console is tried in a browser with -Dpfm.ci=true, or with CHROMIUM set");
        Optional<Path> executable = find();
        String missing = "no Chromium: install the package chromium, or say in CHROMIUM where its executable is";
        if (executable.isEmpty() && Boolean.getBoolean("pfm.ci")) {
            Assertions.fail(missing);
        }
        Assumptions.assumeTrue(executable.isPresent(), missing);
        return new Chromium(executable.orElseThrow());
    }

    private static Optional<Path> find() {
        String given = System.getenv("CHROMIUM");
        if (given != null && !given.isEmpty()) {
            return Optional.of(Path.of(given));
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}

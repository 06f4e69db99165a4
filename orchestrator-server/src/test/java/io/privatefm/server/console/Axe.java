/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The rules of axe, which are those of WCAG 2.2 up to AA, contrast among them, and what is good practice beside. */
final class Axe {
    private static final String FINDINGS = """
            async () => (await axe.run(document)).violations.flatMap((violation) =>
                violation.nodes.map((node) => `${violation.id}: ${node.html} ${node.failureSummary}`))
            """;

    private final Page page;
    private final String script;

    Axe(Page page) throws IOException {
        this.page = page;
        try (InputStream in = Axe.class.getResourceAsStream("/axe.min.js")) {
            script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @SuppressWarnings("unchecked")
    void assertNoViolations(String view) {
        if (!(boolean) page.evaluate("() => 'axe' in window")) {
            page.evaluate(script);
        }
        assertThat((List<String>) page.evaluate(FINDINGS)).as(view).isEmpty();
    }
}

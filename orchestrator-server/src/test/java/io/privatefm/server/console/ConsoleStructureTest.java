/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.privatefm.server.console.ConsoleScene.DAMAGED;
import static io.privatefm.server.console.ConsoleScene.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.privatefm.server.fault.Share;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("The console, to a screen reader,")
class ConsoleStructureTest {
    /** Levels of the headings that are shown, in the order of the document. */
    private static final String HEADINGS = """
            () => [...document.querySelectorAll('h1, h2, h3, h4')].filter((each) => each.checkVisibility())
                .map((each) => Number(each.tagName[1]))
            """;

    /** Tables without a caption or with headers that do not say what they head; inputs without a label. */
    private static final String UNNAMED = """
            () => [
                ...[...document.querySelectorAll('table')].filter((each) => !each.caption?.textContent.trim()),
                ...[...document.querySelectorAll('th')].filter((each) => !each.scope || !each.textContent.trim()),
                ...[...document.querySelectorAll('table')].filter((each) => !each.querySelector('thead th[scope=col]')),
                ...[...document.querySelectorAll('input, select')].filter((each) => !each.labels.length),
            ].map((each) => each.outerHTML.slice(0, 200))
            """;

    @RegisterExtension
    static final OpenConsole CONSOLE = new OpenConsole();

    @Test
    @DisplayName(
            "breaks none of axe's rules of accessibility, in light and dark, wide and at 360 pixels, and fits there")
    void accessible() throws IOException {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            int first = scheme == ColorScheme.LIGHT ? 1360 : 360;
            for (int width : Share.of(1, 2, 2) == 1 ? new int[] {first} : new int[] {1360, 360}) {
                try (WatchedPage seen = CONSOLE.page(scheme, width)) {
                    Axe axe = new Axe(seen.page);
                    seen.page.navigate(CONSOLE.scene().origin() + "/");
                    axe.assertNoViolations("sign in");
                    seen.signedIn(KEY);
                    axe.assertNoViolations("overview");
                    assertFits(seen.page, width);
                    seen.button("Pause nights").click();
                    axe.assertNoViolations("question");
                    seen.dialogButton("Cancel").click();
                    seen.at(DAMAGED);
                    seen.page.locator(".timeline summary").first().click();
                    axe.assertNoViolations("learner");
                    assertFits(seen.page, width);
                }
            }
        }
    }

    private static void assertFits(Page page, int width) {
        assertThat(page.evaluate("() => document.documentElement.scrollWidth")).isEqualTo(width);
    }

    @Test
    @DisplayName("has landmarks, one first heading in each view, headings in order, named tables and labelled inputs")
    void structure() {
        try (WatchedPage seen = CONSOLE.page()) {
            Page page = seen.page;
            page.navigate(CONSOLE.scene().origin() + "/");
            assertStructure(page, "Sign in");
            seen.signedIn(KEY);
            assertThat(page.locator("#namespaces tbody tr")).hasCount(25);
            assertStructure(page, "attention");
            assertThat(page.getByRole(AriaRole.SEARCH)).hasCount(1);
            assertThat(page.getByRole(AriaRole.REGION, new Page.GetByRoleOptions().setName("Last night")))
                    .isVisible();
            assertThat(page.getByRole(AriaRole.NAVIGATION)).hasAccessibleName("Pages of namespaces");
            seen.button("Pause nights").click();
            assertThat(page.getByRole(AriaRole.DIALOG)).hasAccessibleName("Pause nights");
            assertThat((List<?>) page.evaluate(UNNAMED)).isEmpty();
            seen.dialogButton("Cancel").click();
            seen.at(DAMAGED);
            assertThat(page.locator(".timeline > li").first()).isVisible();
            assertStructure(page, "Learner");
        }
    }

    /** @param heading is in the first heading */
    private static void assertStructure(Page page, String heading) {
        assertThat(page.getByRole(AriaRole.BANNER)).hasCount(1);
        assertThat(page.getByRole(AriaRole.MAIN)).hasCount(1);
        assertThat(page.getByRole(AriaRole.CONTENTINFO)).hasCount(1);
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
                .hasCount(1);
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
                .containsText(heading);
        int before = 0;
        for (Object each : (List<?>) page.evaluate(HEADINGS)) {
            int level = ((Number) each).intValue();
            assertThat(level).as("heading after one of level " + before).isBetween(1, before + 1);
            before = level;
        }
        assertThat((List<?>) page.evaluate(UNNAMED)).isEmpty();
        assertThat(page.locator("#notice")).hasAttribute("aria-live", "polite");
        assertThat(page.getByRole(AriaRole.STATUS)).hasCount(1);
        assertThat(page.locator("html")).hasAttribute("lang", "en");
    }
}

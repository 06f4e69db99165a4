/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.privatefm.server.console.ConsoleScene.KEY;
import static io.privatefm.server.console.ConsoleScene.name;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("The console, by keyboard alone,")
class ConsoleKeyboardTest {
    /** What has the focus, as somebody would name it, and whether that can be seen. */
    private static final String FOCUSED = """
            () => {
                const at = document.activeElement;
                const style = getComputedStyle(at);
                const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
                const box = at.getBoundingClientRect();
                const inView = box.bottom > 0 && box.top < innerHeight && box.width > 0;
                return (seen && inView ? '' : 'unseen ') + (at.id || at.dataset.focus || at.textContent.trim());
            }
            """;

    private static final int MOST_STOPS = 300;

    @RegisterExtension
    static final OpenConsole CONSOLE = new OpenConsole();

    private static String focused(Page page) {
        return (String) page.evaluate(FOCUSED);
    }

    /** Presses Tab until the end of the page; what had the focus, in turn. */
    private static List<String> tabbed(Page page) {
        List<String> stops = new ArrayList<>();
        while (stops.size() < MOST_STOPS) {
            page.keyboard().press("Tab");
            if ((boolean) page.evaluate("() => document.activeElement === document.body")) {
                return stops;
            }
            stops.add(focused(page));
        }
        throw new AssertionError("no end: " + stops);
    }

    private static void signIn(WatchedPage seen) {
        seen.page.navigate(CONSOLE.scene().origin() + "/");
        assertThat(seen.page.locator("#sign-in")).isVisible();
        seen.page.keyboard().press("Tab");
        assertThat(seen.page.locator(".skip")).isFocused();
        seen.page.keyboard().press("Enter");
        assertThat(seen.page.locator("#main")).isFocused();
        seen.page.keyboard().press("Tab");
        assertThat(seen.page.getByLabel("Service key")).isFocused();
        seen.page.keyboard().type(KEY);
        seen.page.keyboard().press("Enter");
        assertThat(seen.page.locator("#overview-title")).isFocused();
        assertThat(seen.page.url()).as("address").doesNotContain("#");
        assertThat(seen.page.locator("#namespaces tbody tr")).hasCount(25);
    }

    @Test
    @DisplayName(
            "is signed in to past the skip link; Tab comes to each action once, in the page's order, and shows where it is")
    void order() {
        try (WatchedPage seen = CONSOLE.page()) {
            signIn(seen);
            Page page = seen.page;
            List<String> stops = tabbed(page);
            assertThat(stops).noneMatch(stop -> stop.startsWith("unseen")).doesNotHaveDuplicates();
            assertThat(stops)
                    .containsSubsequence(
                            "night-run",
                            "night-pause",
                            "jump-id",
                            "jump-open",
                            "learner " + name(1),
                            "learner " + name(3));
            List<?> operable = (List<?>) page.evaluate("""
                    () => [...document.querySelectorAll('main button, main input, main a[href], main summary')]
                        .filter((each) => each.checkVisibility() && !each.disabled)
                        .map((each) => each.id || each.dataset.focus || each.textContent.trim())
                    """);
            assertThat(operable).isNotEmpty();
            assertThat(new ArrayList<Object>(stops)).containsSubsequence(operable.toArray());
        }
    }

    @Test
    @DisplayName("opens a learner with Enter, goes back with Space or Enter, and is where it was: at the row's link")
    void backAgain() {
        try (WatchedPage seen = CONSOLE.page()) {
            signIn(seen);
            Page page = seen.page;
            Locator row = page.locator("[data-focus='learner " + name(3) + "']");
            for (String key : List.of("Space", "Enter")) {
                row.focus();
                page.keyboard().press("Enter");
                assertThat(page.locator("#learner-title")).hasText("Learner " + name(3));
                assertThat(page.locator("#learner-title")).isFocused();
                page.keyboard().press("Shift+Tab");
                assertThat(page.locator("#learner-back")).isFocused();
                page.keyboard().press(key);
                assertThat(page.locator("#overview")).isVisible();
                assertThat(row).isFocused();
                assertThat(page.locator("#freshness")).containsText("As of");
                assertThat(row).isFocused();
            }
            page.locator("#jump-id").fill(name(8));
            page.keyboard().press("Enter");
            assertThat(page.locator("#learner-title")).isFocused();
            page.goBack();
            assertThat(page.locator("#jump-id")).isFocused();
        }
    }

    @Test
    @DisplayName(
            "asks in a dialog that keeps the focus, closes with Escape, and gives the focus back to what opened it")
    void dialogs() {
        try (WatchedPage seen = CONSOLE.page()) {
            signIn(seen);
            Page page = seen.page;
            for (String key : List.of("Space", "Enter")) {
                page.locator("#night-pause").focus();
                page.keyboard().press(key);
                assertThat(page.getByLabel("Reason")).isFocused();
                for (String stop : List.of("dialog-cancel", "dialog-confirm")) {
                    page.keyboard().press("Tab");
                    assertThat(page.locator("#" + stop)).isFocused();
                }
                page.keyboard().press("Escape");
                assertThat(page.locator("#dialog")).isHidden();
                assertThat(page.locator("#night-pause")).isFocused();
            }
            assertThat(CONSOLE.scene().pfm.merges().pausedNights()).isEmpty();
        }
    }
}

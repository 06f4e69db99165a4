/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.privatefm.server.console.ConsoleScene.KEY;
import static io.privatefm.server.console.ConsoleScene.name;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("The console, as to keys and hostile text,")
class ConsoleSecurityTest {
    @RegisterExtension
    static final OpenConsole CONSOLE = new OpenConsole();

    private static final String HOSTILE =
            "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>";

    @Test
    @DisplayName(
            "lets nobody in with a wrong key, and says so; a right one is nowhere but in memory, and gone after signing out")
    void signIn() {
        try (WatchedPage seen = CONSOLE.page().expecting(401)) {
            Page page = seen.page;
            page.navigate(CONSOLE.scene().origin() + "/");
            page.getByLabel("Service key").fill("no-such-key");
            seen.button("Sign in").click();
            assertThat(page.locator("#key-error")).hasText("The service does not know this key.");
            assertThat(page.getByLabel("Service key")).isFocused();
            assertThat(page.locator("#overview")).isHidden();

            seen.signedIn(KEY).at(name(1));
            String kept = (String)
                    page.evaluate(
                            "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, history.state, document.title])"
                                    + " + document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((input) => input.value)");
            assertThat(kept).doesNotContain(KEY);
            assertThat(page.url()).isEqualTo(CONSOLE.scene().origin() + "/");
            assertThat(page.title()).doesNotContain(name(1));

            seen.button("Sign out").click();
            assertThat(page.locator("#sign-in")).isVisible();
            assertThat(page.locator("body")).not().containsText(name(1));
            page.goBack();
            assertThat(page.locator("body")).not().containsText("learner-");
        }
    }

    @Test
    @DisplayName("pauses nights and lets fallbacks go on; whatever a reason says stays text")
    void switches() {
        try (WatchedPage seen = CONSOLE.page().signedIn(KEY)) {
            Page page = seen.page;
            seen.button("Pause nights").click();
            seen.dialogButton("Pause").click();
            assertThat(page.getByText("Say why.")).isVisible();
            page.getByLabel("Reason").fill(HOSTILE);
            seen.dialogButton("Pause").click();
            assertThat(page.locator("#night-body q")).hasText(HOSTILE);
            assertThat(CONSOLE.scene().pfm.merges().pausedNights()).contains(HOSTILE);
            assertThat(page.locator("#overview-title")).containsText("attention");

            seen.act("Run a night now", "Run", Map.of());
            assertThat(seen.notice()).containsText("Night:");
            assertThat(page.locator("#operations li").first()).not().containsText("running");
            seen.act("Resume nights", "Resume", Map.of());
            assertThat(seen.button("Pause nights")).isFocused();
            assertThat(page.locator("#attention")).containsText("The last night ended early");
            assertThat(page.locator("#attention")).containsText("nights were paused");
            assertThat(CONSOLE.scene().pfm.merges().pausedNights()).isEmpty();

            CONSOLE.scene().pfm.recovery().stop(HOSTILE);
            page.reload();
            seen.signedIn(KEY);
            assertThat(page.locator("#recovery-body q")).hasText(HOSTILE);
            seen.button("Fallbacks are stopped").click();
            assertThat(page.locator("#recovery-title")).isFocused();
            seen.act("Resume fallbacks", "Resume", Map.of());
            assertThat(seen.fact("#recovery", "Breaker")).containsText("closed");
            assertThat(CONSOLE.scene().pfm.recovery().stopped()).isEmpty();

            assertThat(page.locator("main img, main script")).hasCount(0);
            assertThat(page.title()).isEqualTo("Overview – Private FM console");
        }
    }

    @Test
    @DisplayName("has pages of documentation that need nothing from elsewhere")
    void documentation() {
        try (WatchedPage seen = CONSOLE.page()) {
            seen.page.navigate(CONSOLE.scene().origin() + "/api/docs");
            assertThat(seen.page
                            .locator(".opblock-summary-path")
                            .getByText("/namespaces/{learner_id}/merge")
                            .first())
                    .isVisible();
            seen.page.navigate(CONSOLE.scene().origin() + "/api/docs/");
            assertThat(seen.page.locator(".opblock").first()).isVisible();
        }
    }
}

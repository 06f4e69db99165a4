/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A page with eyes on it: what its console says, what its policy refuses, what it asks for elsewhere. When it is closed, nothing of the kind
 * may have happened.
 */
final class WatchedPage implements AutoCloseable {
    private final BrowserContext context;
    private final String origin;
    private final List<String> complaints = new ArrayList<>();
    private final List<String> strangers = new ArrayList<>();
    private final List<Integer> expected = new ArrayList<>();
    final Page page;

    /** @param origin of the service: scheme, host and port */
    WatchedPage(Browser browser, String origin, Browser.NewContextOptions options) {
        this.origin = origin;
        context = browser.newContext(options.setPermissions(List.of("clipboard-read", "clipboard-write")));
        context.setDefaultTimeout(10_000);
        context.addInitScript(
                "addEventListener('securitypolicyviolation', (event) => console.error('refused ' + event.violatedDirective + ' ' + event.blockedURI))");
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.onRequest(request -> {
            if (!request.url().startsWith(origin + "/") && !request.url().startsWith("data:")) {
                strangers.add(request.url());
            }
        });
    }

    /** Chromium's console tells of every answer of an error; these are meant. */
    WatchedPage expecting(int status) {
        expected.add(status);
        return this;
    }

    /** Opens the console and signs in. */
    WatchedPage signedIn(String key) {
        page.navigate(origin + "/");
        page.getByLabel("Service key").fill(key);
        button("Sign in").click();
        assertThat(page.locator("#overview")).isVisible();
        return this;
    }

    /** Goes to a learner by id. */
    WatchedPage at(String learner) {
        page.getByLabel("Learner id").fill(learner);
        button("Open").click();
        assertThat(page.locator("#learner-title")).hasText("Learner " + learner);
        return this;
    }

    Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /** Presses a button and, in the question that follows, fills in and confirms. */
    void act(String action, String confirm, Map<String, String> fields) {
        button(action).click();
        fields.forEach((label, value) -> page.getByLabel(label, new Page.GetByLabelOptions().setExact(true))
                .fill(value));
        dialogButton(confirm).click();
    }

    Locator dialogButton(String name) {
        return page.locator("#dialog")
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(name).setExact(true));
    }

    Locator notice() {
        return page.locator("#notice");
    }

    /** The value beside a name. */
    Locator fact(String panel, String name) {
        return page.locator(panel + " .facts > div")
                .filter(new Locator.FilterOptions()
                        .setHas(page.locator("dt").getByText(name, new Locator.GetByTextOptions().setExact(true))))
                .locator("dd");
    }

    @Override
    public void close() {
        context.close();
        assertThat(strangers).as("requests to elsewhere").isEmpty();
        assertThat(complaints)
                .as("what the browser's console says")
                .allMatch(complaint -> expected.stream()
                        .anyMatch(status -> complaint.contains("responded with a status of " + status)));
    }
}

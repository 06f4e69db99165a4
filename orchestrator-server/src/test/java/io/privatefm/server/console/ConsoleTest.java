/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.privatefm.server.console.ConsoleScene.DAMAGED;
import static io.privatefm.server.console.ConsoleScene.GUARDIAN_KEY;
import static io.privatefm.server.console.ConsoleScene.KEY;
import static io.privatefm.server.console.ConsoleScene.name;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.privatefm.core.AuditState;
import io.privatefm.core.NamespaceSummary;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceCount;
import io.privatefm.spi.store.TreeHeadRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The console")
class ConsoleTest {
    @RegisterExtension
    static final OpenConsole CONSOLE = new OpenConsole();

    @TempDir
    private Path folder;

    private static CheckpointRow newest(String learner) {
        return CONSOLE.scene().pfm.checkpoints().latest(LearnerId.of(learner)).orElseThrow();
    }

    private static JsonNode overview() throws IOException, InterruptedException {
        return CONSOLE.scene().client.get("/api/v1/overview").json();
    }

    @Test
    @DisplayName(
            "shows what is so: the night, those before, merges, namespaces, lag, breaker, components, audit log, upkeep")
    void overviewIsTrue() throws Exception {
        try (WatchedPage seen = CONSOLE.page().signedIn(KEY)) {
            Page page = seen.page;
            JsonNode told = overview();
            JsonNode night = told.path("nights").path("last");
            for (Map.Entry<String, String> figure : Map.of(
                            "due",
                            "due",
                            "merged",
                            "merged",
                            "up to date",
                            "up_to_date",
                            "rejected",
                            "rejected",
                            "left",
                            "left")
                    .entrySet()) {
                assertThat(page.locator("[data-figure='" + figure.getKey() + "']"))
                        .hasText(night.path(figure.getValue()).asText());
            }
            assertThat(page.locator("#night-body .gauge"))
                    .hasAttribute(
                            "aria-label",
                            Pattern.compile(night.path("done") + " of " + night.path("due") + " done: .*"));
            int nights = CONSOLE.scene()
                    .client
                    .get("/api/v1/nights")
                    .json()
                    .path("items")
                    .size();
            assertThat(nights).isGreaterThanOrEqualTo(3);
            assertThat(page.locator("#nights tbody tr")).hasCount(nights - 1);

            int merges = told.path("merges").path("recent").size();
            assertThat(merges).isGreaterThanOrEqualTo(24);
            assertThat(page.locator("#merges .plot .bar")).hasCount(merges);
            assertThat(page.locator("#merges .plot .dot")).hasCount(merges);
            page.getByText("The same as a table").click();
            assertThat(page.locator("#merges tbody tr")).hasCount(merges);

            List<NamespaceCount> counts = CONSOLE.scene().pfm.overview().namespaces();
            assertThat(page.locator("[data-tally='total'] b"))
                    .hasText(String.valueOf(counts.stream()
                            .filter(count -> !count.state().name().equals("DELETED"))
                            .mapToLong(NamespaceCount::count)
                            .sum()));
            assertThat(page.locator("[data-tally='due'] b"))
                    .hasText(String.valueOf(counts.stream()
                            .filter(NamespaceCount::due)
                            .mapToLong(NamespaceCount::count)
                            .sum()));
            assertRows(
                    page.locator("#namespaces tbody tr"),
                    CONSOLE.scene().pfm.overview().page(null, 25));
            seen.button("Next page").click();
            assertThat(page.locator("#namespaces table")).hasAccessibleName("Namespaces, page 2");
            assertRows(
                    page.locator("#namespaces tbody tr"),
                    CONSOLE.scene().pfm.overview().page(LearnerId.of(name(25)), 25));
            seen.button("Previous page").click();
            assertThat(page.locator("#namespaces tbody tr")).hasCount(25);

            assertThat(page.locator("#lag tbody tr"))
                    .hasCount(told.path("lag").path("by_releases").size());
            assertThat(seen.fact("#recovery", "Breaker")).containsText("closed");
            JsonNode health = CONSOLE.scene().client.get("/api/v1/health").json();
            for (String component : (Iterable<String>) health.path("components")::fieldNames) {
                assertThat(seen.fact("#components", component.replace('_', ' ')))
                        .containsText("up");
            }
            assertAudit(seen);
            assertThat(seen.fact("#upkeep", "Messages to send"))
                    .hasText(told.path("outbox").path("depth").asText());
        }
    }

    private static void assertRows(Locator rows, List<NamespaceSummary> expected) {
        assertThat(rows).hasCount(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            NamespaceSummary namespace = expected.get(i);
            Locator row = rows.nth(i);
            assertThat(row.locator("th")).hasText(namespace.row().learner().value());
            Locator cells = row.locator("td");
            assertThat(cells.nth(0)).containsText(namespace.row().state().name().toLowerCase(Locale.ROOT));
            assertThat(cells.nth(1)).hasText(String.valueOf(namespace.lag()));
            if (namespace.newest().isPresent()) {
                CheckpointRow newest = namespace.newest().get();
                assertThat(cells.nth(2)).hasText(String.valueOf(newest.version()));
                assertThat(cells.nth(3).locator("code"))
                        .hasAttribute("data-hash", newest.checkpointHash().hex());
            } else {
                assertThat(cells.nth(2)).hasText("–");
            }
        }
    }

    private static void assertAudit(WatchedPage seen) {
        AuditState audit = CONSOLE.scene().pfm.overview().audit();
        assertThat(seen.fact("#audit", "Entries"))
                .hasText(audit.head().map(head -> String.valueOf(head.size())).orElse("–"));
        if (audit.head().isPresent()) {
            TreeHeadRow head = audit.head().get();
            assertThat(seen.fact("#audit", "Root").locator("code"))
                    .hasAttribute("data-hash", head.root().hex());
        }
    }

    @Test
    @DisplayName("shows a learner's history with the hashes that the event log and the checkpoints have")
    void learnerIsTrue() {
        LearnerId learner = LearnerId.of(DAMAGED);
        try (WatchedPage seen = CONSOLE.page().signedIn(KEY).at(DAMAGED)) {
            Page page = seen.page;
            List<EventRow> events = CONSOLE.scene().pfm.namespaces().events(learner, 1, 100);
            assertThat(events).extracting(EventRow::type).contains("FALLBACK_COMPLETED", "MERGE_COMPLETED");
            assertThat(page.locator(".timeline > li")).hasCount(events.size());
            for (EventRow event : events) {
                assertThat(page.locator(".timeline > li[data-seq='" + event.seq() + "'] h3"))
                        .isVisible();
            }
            for (CheckpointRow checkpoint : CONSOLE.scene().pfm.checkpoints().list(learner, 20)) {
                String hash = checkpoint.checkpointHash().hex();
                Locator entry = page.locator(".timeline > li.good")
                        .filter(new Locator.FilterOptions()
                                .setHasText("Checkpoint " + checkpoint.version() + " published"));
                assertThat(entry.locator(".recorded.short code").first()).hasAttribute("data-hash", hash);
                assertThat(entry).containsText("as stored");
                checkpoint
                        .variants()
                        .forEach(variant -> assertThat(entry.locator(".recorded.short [data-hash='"
                                        + variant.contentHash().hex() + "']"))
                                .hasCount(1));
                assertThat(page.locator("#checkpoints-body tbody tr")
                                .filter(new Locator.FilterOptions()
                                        .setHas(page.getByRole(
                                                AriaRole.ROWHEADER,
                                                new Page.GetByRoleOptions()
                                                        .setName(String.valueOf(checkpoint.version()))
                                                        .setExact(true))))
                                .locator("code")
                                .first())
                        .hasAttribute("data-hash", hash);
            }
            assertThat(page.locator("#adapters-body tbody tr"))
                    .hasCount(CONSOLE.scene().pfm.adapters().current(learner).size());

            page.locator("#checkpoints-body .copy").first().click();
            assertThat(seen.notice()).containsText("Copied");
            assertThat(page.evaluate("() => navigator.clipboard.readText()"))
                    .isEqualTo(newest(DAMAGED).checkpointHash().hex());

            page.goBack();
            assertThat(page.locator("#overview")).isVisible();
            page.goForward();
            assertThat(page.locator("#learner-title")).hasText("Learner " + DAMAGED);
        }
    }

    @Test
    @DisplayName("says that a learner is not there, and stays where it is")
    void nobody() {
        try (WatchedPage seen = CONSOLE.page().expecting(404).signedIn(KEY)) {
            seen.page.getByLabel("Learner id").fill("nobody");
            seen.button("Open").click();
            assertThat(seen.page.locator("#jump-error")).hasText("There is no such learner.");
            assertThat(seen.page.locator("#overview")).isVisible();
        }
    }

    @Test
    @DisplayName("merges, after asking, and follows the merge to its end")
    void merge() throws Exception {
        String learner = "newcomer";
        assertThat(CONSOLE.scene().client.upload(learner).status()).isEqualTo(201);
        try (WatchedPage seen = CONSOLE.page().signedIn(KEY).at(learner)) {
            seen.button("Merge now").click();
            seen.dialogButton("Cancel").click();
            assertThat(CONSOLE.scene().pfm.checkpoints().latest(LearnerId.of(learner)))
                    .isEmpty();

            seen.act("Merge now", "Merge", Map.of());
            assertThat(seen.notice()).hasText("Merge of newcomer: merged, checkpoint 1 (version 1 was published).");
            assertThat(seen.page.locator("#checkpoints-body [data-hash='"
                            + newest(learner).checkpointHash().hex() + "']"))
                    .hasCount(1);
            assertThat(seen.page.locator("#operations li")).containsText("succeeded");
            assertThat(seen.button("Merge now")).isEnabled();
        }
    }

    @Test
    @DisplayName("finds damage by verifying, and brings the namespace back with the same hash")
    void verifyAndFallBack() throws Exception {
        String learner = name(4);
        String hash = newest(learner).checkpointHash().hex();
        CONSOLE.scene().damage(learner);
        try (WatchedPage seen = CONSOLE.page().signedIn(KEY).at(learner)) {
            seen.act("Verify the newest checkpoint", "Verify", Map.of());
            assertThat(seen.notice()).hasText("The newest checkpoint of " + learner + " is damaged.");
            assertThat(seen.page.locator("#health-body tbody tr").first()).containsText("Bit rot");

            seen.act("Fall back", "Fall back", Map.of());
            assertThat(seen.notice())
                    .containsText(Pattern.compile("Fallback of " + learner + ": restored, checkpoint .*REPLAY.*"));
            assertThat(newest(learner).checkpointHash().hex()).isEqualTo(hash);

            seen.act("Verify the newest checkpoint", "Verify", Map.of());
            assertThat(seen.notice()).hasText("The newest checkpoint of " + learner + " is intact.");
        }
    }

    @Test
    @DisplayName("restores an earlier version as a new one, and says what is wrong with a version that is none")
    void restore() {
        String learner = name(5);
        try (WatchedPage seen = CONSOLE.page().signedIn(KEY).at(learner)) {
            seen.button("Fall back").click();
            seen.page.getByLabel("Bring back").selectOption("version");
            seen.page
                    .getByLabel("Version", new Page.GetByLabelOptions().setExact(true))
                    .fill("last");
            seen.dialogButton("Fall back").click();
            assertThat(seen.page.getByText("A version is a whole number from 1."))
                    .isVisible();
            seen.page
                    .getByLabel("Version", new Page.GetByLabelOptions().setExact(true))
                    .fill("1");
            seen.dialogButton("Fall back").click();
            assertThat(seen.notice()).containsText("Fallback of " + learner);
            assertThat(seen.page.locator("#operations li")).containsText("succeeded");
        }
    }

    @Test
    @DisplayName(
            "holds a learner, whom no guardian may delete then; and deletes with a guardian's key and a typed id alone")
    void holdAndDelete() {
        String learner = name(6);
        try (WatchedPage seen =
                CONSOLE.page().expecting(409).expecting(401).signedIn(KEY).at(learner)) {
            Page page = seen.page;
            seen.act("Put under legal hold", "Hold", Map.of());
            assertThat(seen.notice()).hasText(learner + " is under legal hold.");
            assertThat(CONSOLE.scene()
                            .pfm
                            .namespaces()
                            .get(LearnerId.of(learner))
                            .legalHold())
                    .isTrue();
            delete(seen, GUARDIAN_KEY, learner);
            assertThat(page.locator("#notice-bar")).hasAttribute("data-kind", "bad");
            assertThat(seen.notice()).containsText("hold");
            seen.act("End legal hold", "End the hold", Map.of());
            assertThat(seen.notice()).hasText(learner + " is no longer under legal hold.");

            delete(seen, "no-guardian-key", learner);
            assertThat(page.locator("#notice-bar")).hasAttribute("data-kind", "bad");
            assertThat(CONSOLE.scene().pfm.namespaces().find(LearnerId.of(learner)))
                    .isPresent();

            delete(seen, GUARDIAN_KEY, name(7));
            assertThat(page.getByText("Type " + learner + " to confirm.")).isVisible();
            assertThat(page.getByLabel("Learner id, to confirm")).isFocused();
            page.getByLabel("Learner id, to confirm").fill(learner);
            seen.dialogButton("Delete for good").click();
            assertThat(seen.notice()).containsText("Learner " + learner + " was deleted");
            assertThat(page.locator("#overview")).isVisible();
            assertThat(page.locator("#namespaces tbody")).not().containsText(learner);
            assertThat(CONSOLE.scene().pfm.namespaces().find(LearnerId.of(learner)))
                    .isEmpty();
            assertThat(page.locator("#dialog-fields input")).hasCount(0);
        }
    }

    private static void delete(WatchedPage seen, String key, String typed) {
        seen.act(
                "Delete as guardian",
                "Delete for good",
                Map.of("Guardian id", "parent-1", "Guardian key", key, "Learner id, to confirm", typed));
    }

    /** {@code -Dpfm.screenshots=../docs/images} takes the pictures that the documents show. */
    @Test
    @DisplayName("can be looked at")
    void pictures() throws IOException {
        String target = System.getProperty("pfm.screenshots");
        Path images = target == null ? folder.resolve("images") : Path.of(target);
        Files.createDirectories(images);
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Path file = images.resolve("console-" + scheme.name().toLowerCase(Locale.ROOT) + ".png");
            try (WatchedPage seen = CONSOLE.page(scheme, 1360).signedIn(KEY)) {
                seen.page.screenshot(new Page.ScreenshotOptions().setPath(file).setFullPage(true));
            }
            assertThat(file).isNotEmptyFile();
        }
    }
}

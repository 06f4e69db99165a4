/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.privatefm.core.InMemory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.server.health.ComponentHealth;
import io.privatefm.server.health.HealthReport;
import io.privatefm.server.health.HealthStatus;
import io.privatefm.server.metrics.ServiceMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Dashboard and alerts")
class MonitoringTest {
    /** What Prometheus itself adds to every series. */
    private static final Set<String> TARGET = Set.of("job", "instance");

    private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:][\\w:]*)(\\{.*})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

    /** The label names of each series of a real scrape. */
    private static final Map<String, Set<String>> SCRAPED = new TreeMap<>(Map.of("up", new TreeSet<>()));

    private static String scrape;

    @BeforeAll
    static void scrape(@TempDir Path folder) {
        try (ServiceMetrics metrics = new ServiceMetrics(InMemory.store(), FoundationDirectory.at(folder))) {
            metrics.answered("GET", "/api/v1/namespaces", 200, Duration.ofMillis(1));
            metrics.components()
                    .show(new HealthReport(
                            HealthStatus.UP, Map.of("database", new ComponentHealth(HealthStatus.UP, "", 1))));
            scrape = metrics.scrape();
        }
        for (String line : scrape.lines().toList()) {
            Matcher series = SERIES.matcher(line);
            if (series.matches()) {
                Set<String> labels = SCRAPED.computeIfAbsent(series.group(1), name -> new TreeSet<>());
                LABEL.matcher(line).results().forEach(label -> labels.add(label.group(1)));
            }
        }
    }

    private static List<JsonNode> rules() {
        JsonNode document = Manifests.documents(Manifests.DEPLOY.resolve("prometheus/alerts.yaml"))
                .get(0);
        assertThat(document.path("apiVersion").textValue()).isEqualTo("monitoring.coreos.com/v1");
        assertThat(document.path("kind").textValue()).isEqualTo("PrometheusRule");
        List<JsonNode> rules = new ArrayList<>();
        document.at("/spec/groups").forEach(group -> group.path("rules").forEach(rules::add));
        return rules;
    }

    private static JsonNode dashboard() throws IOException {
        return new JsonMapper().readTree(Files.readString(Manifests.DEPLOY.resolve("grafana/private-fm.json")));
    }

    private static void assertKnown(String where, String text) {
        Expression expression = Expression.of(text);
        Set<String> labels = new HashSet<>(TARGET);
        assertThat(expression.metrics()).as(where).isNotEmpty();
        expression.metrics().forEach((metric, filtered) -> {
            assertThat(SCRAPED).as(where).containsKey(metric);
            Set<String> own = new HashSet<>(SCRAPED.get(metric));
            own.addAll(TARGET);
            assertThat(own).as(where + ": " + metric).containsAll(filtered);
            labels.addAll(own);
        });
        assertThat(labels).as(where).containsAll(expression.grouped());
    }

    @Test
    @DisplayName("alerts are well-formed rules on what the service shows")
    void alerts() {
        assertThat(rules()).hasSizeGreaterThan(20).allSatisfy(rule -> {
            String name = rule.path("alert").textValue();
            assertThat(name).startsWith("PrivateFm");
            rule.fieldNames()
                    .forEachRemaining(field -> assertThat(field).isIn("alert", "expr", "for", "labels", "annotations"));
            assertKnown(name, rule.path("expr").textValue());
            assertThat(rule.path("for").asText("0m")).matches("\\d+[smhd]");
            assertThat(rule.at("/labels/severity").textValue()).isIn("critical", "warning");
            assertThat(rule.at("/annotations/summary").textValue()).isNotBlank();
        });
        assertThat(rules().stream().map(rule -> rule.path("alert").textValue()))
                .doesNotHaveDuplicates()
                .contains(
                        "PrivateFmDown",
                        "PrivateFmNamespacesCorrupted",
                        "PrivateFmBreakerStopped",
                        "PrivateFmNightMissed",
                        "PrivateFmOutboxGrows",
                        "PrivateFmFoundationLag",
                        "PrivateFmScrubOld",
                        "PrivateFmAccessRefused");
    }

    @Test
    @DisplayName("alerts name values that labels have")
    void values() {
        Pattern filter = Pattern.compile("(\\w+)\\{(\\w+)=\"([A-Z_]+|5xx|unknown)\"}");
        Set<String> seen = new TreeSet<>();
        for (JsonNode rule : rules()) {
            Matcher matcher = filter.matcher(rule.path("expr").textValue());
            while (matcher.find() && !matcher.group(3).equals("5xx")) {
                seen.add(matcher.group());
                assertThat(scrape)
                        .containsPattern(
                                matcher.group(1) + "\\{[^}]*" + matcher.group(2) + "=\"" + matcher.group(3) + "\"");
            }
        }
        assertThat(seen).contains("namespace_count_total{status=\"CORRUPTED\"}");
    }

    @Test
    @DisplayName("each alert is explained in docs/metrics.md")
    void explained() throws IOException {
        String document = Files.readString(Path.of("..", "docs", "metrics.md"));

        assertThat(rules().stream().map(rule -> "| `" + rule.path("alert").textValue() + "` |"))
                .allSatisfy(row -> assertThat(document).contains(row));
    }

    @Test
    @DisplayName("the dashboard shows what the service shows, in panels that do not overlap")
    void panels() throws IOException {
        Set<Integer> ids = new HashSet<>();
        Set<List<Integer>> taken = new HashSet<>();
        Set<String> shown = new TreeSet<>();
        for (JsonNode panel : dashboard().path("panels")) {
            String title = panel.path("title").textValue();
            assertThat(title).isNotBlank();
            assertThat(ids.add(panel.path("id").intValue())).as(title).isTrue();
            JsonNode place = panel.path("gridPos");
            for (int x = 0; x < place.path("w").intValue(); x++) {
                for (int y = 0; y < place.path("h").intValue(); y++) {
                    List<Integer> cell = List.of(
                            place.path("x").intValue() + x, place.path("y").intValue() + y);
                    assertThat(cell.get(0)).as(title).isLessThan(24);
                    assertThat(taken.add(cell)).as(title).isTrue();
                }
            }
            for (JsonNode target : panel.path("targets")) {
                String text = target.path("expr").textValue();
                assertKnown(title, text);
                shown.addAll(Expression.of(text).metrics().keySet());
            }
        }
        assertThat(shown)
                .contains(
                        "namespace_count_total",
                        "merge_operations_total",
                        "merge_duration_seconds_bucket",
                        "fallback_operations_total",
                        "checkpoint_size_bytes_sum");
    }

    @Test
    @DisplayName("docs/metrics.md lists what the service adds, and names of the process that there are")
    void documented() throws IOException {
        String document = Files.readString(Path.of("..", "docs", "metrics.md"));
        Set<String> families = Pattern.compile("# TYPE (\\S+) ")
                .matcher(scrape)
                .results()
                .map(type -> type.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> rows = Pattern.compile("(?m)^\\| `([a-z_]+)` \\|")
                .matcher(document)
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(rows)
                .containsAll(families.stream()
                        .filter(family -> !family.matches("(jvm|process|system)_.*"))
                        .toList());
        assertThat(families).containsAll(rows);
    }

    @Test
    @DisplayName("expressions that are not balanced, or have what is no token, are found")
    void malformed() {
        assertThat(Expression.of("sum by (a) (rate(b{c=\"d\"}[5m])) > 3 and on (e) f")
                        .metrics())
                .containsOnlyKeys("b", "f");
        assertThatThrownBy(() -> Expression.of("sum(a")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Expression.of("sum(a]")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Expression.of("a ? b")).isInstanceOf(IllegalArgumentException.class);
    }
}

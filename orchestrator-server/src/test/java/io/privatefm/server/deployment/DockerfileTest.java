/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The Dockerfile")
class DockerfileTest {
    private static final Path ROOT = Path.of("..");

    private final List<String> lines;

    DockerfileTest() throws IOException {
        lines = Files.readString(Manifests.DEPLOY.resolve("Dockerfile"))
                .replace("\\\n", " ")
                .lines()
                .map(line -> line.strip().replaceAll(" +", " "))
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    private List<String> all(String instruction) {
        return lines.stream()
                .filter(line -> line.startsWith(instruction + " "))
                .map(line -> line.substring(instruction.length() + 1))
                .toList();
    }

    private String only(String instruction) {
        assertThat(all(instruction)).as(instruction).hasSize(1);
        return all(instruction).get(0);
    }

    @Test
    @DisplayName("stands on images of a fixed version, with the JRE that the project needs")
    void images() throws IOException {
        assertThat(all("FROM"))
                .hasSize(2)
                .allSatisfy(image -> assertThat(image)
                        .matches("[a-z-]+:\\d+\\.\\d+\\.[\\w.-]+( AS build)?")
                        .doesNotContain("latest"));
        assertThat(all("FROM").get(1)).startsWith("eclipse-temurin:17.").contains("-jre-");
        assertThat(Files.readString(ROOT.resolve("pom.xml")))
                .contains("<maven.compiler.release>17</maven.compiler.release>");
    }

    @Test
    @DisplayName("runs as a user without a name, writes to its volumes alone, and hears the signal that ends it")
    void run() {
        assertThat(only("USER")).isEqualTo("10001:10001");
        assertThat(only("ENTRYPOINT")).startsWith("[\"java\", ").endsWith(", \"/opt/pfm/pfm.jar\"]");
        assertThat(only("CMD")).isEqualTo("[\"serve\"]");
        assertThat(only("STOPSIGNAL")).isEqualTo("SIGTERM");
        assertThat(only("EXPOSE")).isEqualTo("8000");
        assertThat(only("VOLUME")).isEqualTo("[\"/var/lib/pfm/home\", \"/var/lib/pfm/keys\"]");
        assertThat(only("ENV"))
                .contains("PFM_HOME=/var/lib/pfm/home", "PFM_KEYS=/var/lib/pfm/keys", "PORT=8000")
                .doesNotContain("KEY=s", "PASSWORD", "API");
        assertThat(lines.indexOf("USER 10001:10001"))
                .as("nothing is run as root after it")
                .isGreaterThan(lines.lastIndexOf(lines.stream()
                        .filter(line -> line.startsWith("RUN "))
                        .reduce((first, last) -> last)
                        .orElseThrow()));
    }

    @Test
    @DisplayName("is healthy if its own command says so")
    void health() {
        assertThat(only("HEALTHCHECK"))
                .contains("--timeout=10s")
                .endsWith("CMD [\"java\", \"-Xmx32m\", \"-XX:TieredStopAtLevel=1\", \"-XX:+UseSerialGC\", \"-jar\","
                        + " \"/opt/pfm/pfm.jar\", \"health\"]");
    }

    @Test
    @DisplayName("copies what the build makes, from sources that are not ignored")
    void copies() throws IOException {
        assertThat(all("COPY"))
                .containsExactly(
                        ". .",
                        "--from=build /src/orchestrator-server/target/lib /opt/pfm/lib",
                        "--from=build /src/orchestrator-server/target/orchestrator-server-" + version()
                                + ".jar /opt/pfm/pfm.jar");
        List<String> context = Files.readAllLines(ROOT.resolve(".dockerignore"));
        assertThat(context).contains("*", "**/target", "!pom.xml", "!docs/api");
        Matcher modules = Pattern.compile("<module>(.+)</module>").matcher(Files.readString(ROOT.resolve("pom.xml")));
        while (modules.find()) {
            assertThat(context).contains("!" + modules.group(1));
        }
        assertThat(context.stream().filter(line -> line.startsWith("!")).map(line -> ROOT.resolve(line.substring(1))))
                .allSatisfy(path -> assertThat(path).exists());
    }

    private static String version() throws IOException {
        Matcher version = Pattern.compile("<artifactId>private-fm-parent</artifactId>\\s+<version>(.+)</version>")
                .matcher(Files.readString(ROOT.resolve("pom.xml")));
        assertThat(version.find()).isTrue();
        return version.group(1);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.privatefm.server.access.AccessException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.PfmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The codes of problems")
class ProblemCodesTest {
    private static final Path CONTRACT = Path.of("..", "docs", "api", "rest", "private-fm.yaml");
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final Pattern MADE = Pattern.compile("new ProblemException\\(\\s*([^,\"]+),\\s*([^,]+),");
    private static final Pattern LITERAL = Pattern.compile("([0-9]{3}) \"([A-Z_]+)\"");

    /** What {@link Problems} computes, and {@link HiddenFolder} passes on; the other problems are written out. */
    private static final Set<String> COMPUTED =
            Set.of("status \"REFUSED\"", "status known.code().name()", "refusal.status() refusal.code()");

    private static final class OfCode extends PfmException {
        private static final long serialVersionUID = 1L;

        OfCode(ErrorCode code) {
            super(code, "of a test");
        }
    }

    @Test
    @DisplayName("in the contract are those that the service sends, each with its status")
    void same() throws IOException {
        Set<String> sent = new TreeSet<>(writtenOut());
        Stream.of(ErrorCode.values()).map(code -> named(new OfCode(code))).forEach(sent::add);
        Stream.of(
                        AccessException.unauthenticated(),
                        AccessException.forbidden(""),
                        AccessException.tooManyRequests("", Duration.ofSeconds(1)))
                .map(ProblemCodesTest::named)
                .forEach(sent::add);
        sent.add(named(ProblemException.invalid(List.of(FieldProblem.at("", "")))));
        sent.add(named(ProblemException.malformed("")));
        sent.add(named(new IllegalStateException()));

        assertThat(documented()).isEqualTo(sent);
    }

    @Test
    @DisplayName("for what HTTP itself says are in the contract for each status that a server may send")
    void ofHttp() throws IOException {
        Set<String> documented = documented();
        IntStream.rangeClosed(400, 599)
                .mapToObj(Problems::ofStatus)
                .filter(problem -> !problem.code().equals("REFUSED")) // 4xx
                .forEach(problem -> assertThat(documented).contains(named(problem)));
    }

    private static String named(Throwable error) {
        ProblemException problem = Problems.refusal(error);
        return problem.status() + " " + problem.code();
    }

    /** Each status and code that the sources make a problem of. */
    private static Set<String> writtenOut() throws IOException {
        Set<String> found = new TreeSet<>();
        Set<String> computed = new HashSet<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(
                            each -> each.toString().endsWith(".java") && !each.endsWith("ProblemException.java"))
                    .toList()) {
                for (MatchResult made :
                        MADE.matcher(Files.readString(file)).results().toList()) {
                    String text = made.group(1).strip() + " " + made.group(2).strip();
                    if (LITERAL.matcher(text).matches()) {
                        found.add(text.replace("\"", ""));
                    } else {
                        computed.add(text);
                    }
                }
            }
        }
        assertThat(computed).isEqualTo(COMPUTED);
        return found;
    }

    private static Set<String> documented() throws IOException {
        Set<String> codes = new TreeSet<>();
        for (JsonNode response : new YAMLMapper().readTree(CONTRACT.toFile()).at("/components/responses")) {
            JsonNode own = response.at("/content/application~1problem+json/schema/allOf/1");
            List<JsonNode> choices = own.has("anyOf")
                    ? Stream.iterate(0, i -> i + 1)
                            .limit(own.path("anyOf").size())
                            .map(own.path("anyOf")::path)
                            .collect(Collectors.toList())
                    : List.of(own);
            for (JsonNode choice : choices) {
                JsonNode status = choice.at("/properties/status/const");
                JsonNode code = choice.at("/properties/code");
                if (!status.isMissingNode()) { // REFUSED goes with any 4xx
                    code.path("enum").forEach(each -> codes.add(status.asInt() + " " + each.asText()));
                    if (code.has("const")) {
                        codes.add(status.asInt() + " " + code.path("const").asText());
                    }
                }
            }
        }
        return codes;
    }
}

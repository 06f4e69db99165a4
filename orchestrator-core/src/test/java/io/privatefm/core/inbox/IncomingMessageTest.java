/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.UnknownFormatException;
import io.privatefm.spi.bus.BusMessage;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An incoming message")
class IncomingMessageTest {
    private static final String HASH = "ab".repeat(32);
    private static final String REST =
            "\"learner_id\":\"ada\",\"subject\":\"math\",\"uri\":\"a/b\",\"sha256\":\"" + HASH + "\"";

    private static IncomingMessage message(String payload) {
        return IncomingMessage.read(new BusMessage("m-1", "ADAPTER_TRAINED", "ada", payload));
    }

    private static AdapterTrained trained(String more) {
        return AdapterTrained.read(message("{" + REST + more + "}"));
    }

    @Test
    @DisplayName("of a trained adapter names learner, subject, place and SHA-256; the rest may be left out or null")
    void trained() {
        AdapterTrained least = new AdapterTrained(
                LearnerId.of("ada"),
                Subject.of("math"),
                "a/b",
                Sha256.parse(HASH),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        assertThat(trained("")).isEqualTo(least);
        assertThat(trained(",\"config_sha256\":null,\"trained_on\":null,\"trained_at\":null,\"version\":null,\"x\":[]"))
                .isEqualTo(least);
        AdapterTrained most = trained(",\"version\":1,\"config_sha256\":\"" + "01".repeat(32) + "\",\"trained_on\":\""
                + "02".repeat(32) + "\",\"trained_at\":\"2026-02-01T00:00:00Z\"");
        assertThat(most.config()).contains(Sha256.parse("01".repeat(32)));
        assertThat(most.trainedOn()).contains(Sha256.parse("02".repeat(32)));
        assertThat(most.trainedAt()).contains(Instant.parse("2026-02-01T00:00:00Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "2", "-1", "99999999999999999999"})
    @DisplayName("of a version that is not known names topic and version, and is of an unknown format")
    void unknownVersion(String version) {
        assertThatThrownBy(() -> message("{\"version\":" + version + "}"))
                .isInstanceOf(UnknownFormatException.class)
                .hasMessage("ADAPTER_TRAINED has version " + version
                        + ", this release knows version 1; a later one may know it");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'{\"version\":\"1\"}',version: must be a whole number",
                "'{\"version\":1.5}',version: must be a whole number",
                "'{}',learner_id: is missing",
                "'{\"learner_id\":null}',learner_id: is missing",
                "'{\"learner_id\":7}',learner_id: must be text",
                "'{\"learner_id\":\"a b\"}',learner_id: a learner id is"
            })
    @DisplayName("that is malformed is refused with the name of the field")
    void malformed(String payload, String message) {
        assertThatThrownBy(() -> AdapterTrained.read(message(payload)))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                .hasMessageStartingWith("message m-1: " + message);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "sha256,'\"sha256:0\"'",
                "uri,'\" \"'",
                "config_sha256,'\"AB\"'",
                "trained_on,'{}'",
                "trained_at,'\"yesterday\"'",
                "trained_at,'\"2026-02-01\"'",
                "trained_at,'\"2026-02-01T00:00:00\"'",
                "trained_at,'\"+12026-02-01T00:00:00Z\"'",
                "trained_at,1770000000"
            })
    @DisplayName("that has a malformed field that may be left out is refused too")
    void malformedField(String field, String value) {
        String payload = REST.contains("\"" + field + "\"")
                ? REST.replaceFirst("\"" + field + "\":\"[^\"]*\"", "\"" + field + "\":" + value)
                : REST + ",\"" + field + "\":" + value;
        assertThatThrownBy(() -> AdapterTrained.read(message("{" + payload + "}")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("message m-1: " + field + ": ");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-02-01T02:00:00+02:00,2026-02-01T00:00:00Z",
        "2026-02-01t00:00:00z,2026-02-01T00:00:00Z",
        "2026-02-01T00:00:00.1234569-00:00,2026-02-01T00:00:00.123456Z",
        "0000-01-01T00:00:00Z,0000-01-01T00:00:00Z"
    })
    @DisplayName("gives times as RFC 3339 writes them, to the microsecond")
    void times(String text, String time) {
        assertThat(trained(",\"trained_at\":\"" + text + "\"").trainedAt()).contains(Instant.parse(time));
    }

    @Test
    @DisplayName("of a released foundation may name the release")
    void released() {
        assertThat(FoundationReleased.read(message("{}")).release()).isEmpty();
        assertThat(FoundationReleased.read(message("{\"release\":\"r2\"}")).release())
                .contains("r2");
        assertThatThrownBy(() -> FoundationReleased.read(message("{\"release\":\"" + "x".repeat(201) + "\"}")))
                .hasMessage("message m-1: release: must be text of 1 to 200 characters");
    }

    @Test
    @DisplayName("belongs to what its envelope says, else to what its payload says")
    void correlation() {
        assertThat(message("{\"correlation_id\":\"p\"}").correlationId()).contains("p");
        assertThat(message("{\"correlation_id\":7}").correlationId()).isEmpty();
        assertThat(IncomingMessage.read(new BusMessage(
                                "m", "T", "", "{\"correlation_id\":\"p\"}", Optional.empty(), Optional.of("e")))
                        .correlationId())
                .contains("e");
    }
}

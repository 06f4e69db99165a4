/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.bus.BusMessage;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A PRIVATE_BRAIN_READY message")
class ReadyMessageTest {
    @Test
    @DisplayName("names a learner and subjects; fields that later versions add are passed over")
    void read() {
        assertThat(read("{\"id\":{\"a\":1},\"learner_id\":\"ada\",\"subjects\":[\"math\",\"数学\"],\"x\":null}"))
                .isEqualTo(new ReadyMessage(LearnerId.of("ada"), List.of(Subject.of("math"), Subject.of("数学"))));
        assertThat(read("{\"learner_id\":\"ada\",\"subjects\":[]}").subjects()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{",
                "{}",
                "{\"learner_id\":\"ada\"}",
                "{\"subjects\":[\"math\"]}",
                "{\"learner_id\":7,\"subjects\":[\"math\"]}",
                "{\"learner_id\":\"\",\"subjects\":[\"math\"]}",
                "{\"learner_id\":\"ada lovelace\",\"subjects\":[\"math\"]}",
                "{\"learner_id\":\"ada\",\"subjects\":\"math\"}",
                "{\"learner_id\":\"ada\",\"subjects\":{\"math\":1}}",
                "{\"learner_id\":\"ada\",\"subjects\":[\"../math\"]}",
                "{\"learner_id\":\"ada\",\"subjects\":[[\"math\"]]}",
                "{\"learner_id\":\"ada\",\"learner_id\":\"bob\",\"subjects\":[\"math\"]}",
                "{\"learner_id\":\"ada\",\"subjects\":[\"math\"]} {}"
            })
    @DisplayName("that is malformed is refused, so that it is not acknowledged")
    void malformed(String payload) {
        assertRefused(payload);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"learner_id\":\"ada\",\"subjects\":[null]}",
                "{\"learner_id\":\"ada\",\"subjects\":[\"math\",5]}",
                "{\"learner_id\":\"ada\",\"subjects\":[true]}"
            })
    @DisplayName("with subjects that are no text is refused: null is not a subject called 'null'")
    void subjectsThatAreNoText(String payload) {
        assertRefused(payload);
    }

    private static void assertRefused(String payload) {
        assertThatThrownBy(() -> read(payload))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    private static ReadyMessage read(String payload) {
        return ReadyMessage.read(IncomingMessage.read(new BusMessage("m-1", "PRIVATE_BRAIN_READY", "ada", payload)));
    }
}

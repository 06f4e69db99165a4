/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.memory.InMemoryStore;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.guardian.GuardianRequest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Guardian authorities: a deletion capability")
class DeletionCapabilitiesTest {
    private static final LearnerId ADA = LearnerId.of("ada");
    private static final Duration TIME = Duration.ofMinutes(5);

    private final ManualTime time = new ManualTime();
    private final InMemoryStore store = new InMemoryStore(time);
    private final DeletionCapabilities capabilities = DeletionCapabilities.of(store, key(1), time);

    private static byte[] key(int value) {
        byte[] key = new byte[32];
        key[0] = (byte) value;
        return key;
    }

    private Decision decide(LearnerId learner, String guardian, String credential) {
        return capabilities.decide(new GuardianRequest(learner, guardian, credential));
    }

    @Test
    @DisplayName("grants once, to its guardian, for its learner")
    void once() {
        String credential = capabilities.issue(ADA, "mum", TIME);

        assertThat(decide(ADA, "mum", credential)).isInstanceOf(Decision.Granted.class);
        assertThat(decide(ADA, "mum", credential)).isInstanceOf(Decision.Denied.class);
        assertThat(DeletionCapabilities.of(store, key(1), time).decide(new GuardianRequest(ADA, "mum", credential)))
                .as("another process over the same store")
                .isInstanceOf(Decision.Denied.class);
    }

    @Test
    @DisplayName("is good for nobody else's learner, no other guardian, and not used up by trying")
    void bound() {
        String credential = capabilities.issue(ADA, "mum", TIME);

        assertThat(decide(LearnerId.of("ben"), "mum", credential)).isInstanceOf(Decision.Denied.class);
        assertThat(decide(ADA, "dad", credential)).isInstanceOf(Decision.Denied.class);
        assertThat(decide(LearnerId.of("adam"), "um", credential)).isInstanceOf(Decision.Denied.class);
        assertThat(decide(ADA, "mum", credential)).isInstanceOf(Decision.Granted.class);
    }

    @Test
    @DisplayName("expires")
    void expires() {
        String credential = capabilities.issue(ADA, "mum", TIME);
        time.advance(TIME.plusSeconds(1));

        assertThat(decide(ADA, "mum", credential)).isInstanceOf(Decision.Denied.class);
    }

    @Test
    @DisplayName("with any bit turned, cut off or of another key is denied")
    void forged() {
        byte[] token = Base64.getUrlDecoder().decode(capabilities.issue(ADA, "mum", TIME));
        for (int bit = 0; bit < 8 * token.length; bit++) {
            byte[] turned = token.clone();
            turned[bit / 8] ^= (byte) (1 << bit % 8);
            String credential = Base64.getUrlEncoder().withoutPadding().encodeToString(turned);
            assertThat(decide(ADA, "mum", credential)).as("bit %s", bit).isInstanceOf(Decision.Denied.class);
        }
        String stranger = DeletionCapabilities.of(store, key(2), time).issue(ADA, "mum", TIME);
        for (String credential : List.of(stranger, "", "?", "AAAA", stranger + "AAAA")) {
            assertThat(decide(ADA, "mum", credential)).isInstanceOf(Decision.Denied.class);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 601})
    @DisplayName("is good for up to ten minutes, not for")
    void time(long seconds) {
        assertThatThrownBy(() -> capabilities.issue(ADA, "mum", Duration.ofSeconds(seconds)))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    @DisplayName("needs a key of 32 bytes; the error does not show it")
    void keyLength() {
        assertThatThrownBy(() -> DeletionCapabilities.of(store, new byte[] {77, 77}, time))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                .hasMessageNotContaining("77");
    }

    @Test
    @DisplayName("aside, the guardian key grants to whoever shows it and says who they are, and nobody else")
    void apiKey() {
        String key = "0123456789abcdef0123456789abcdef";
        ApiKeyAuthority authority = ApiKeyAuthority.of(key);

        assertThat(authority.decide(new GuardianRequest(ADA, "mum", key))).isInstanceOf(Decision.Granted.class);
        for (String other : List.of("", key + "0", key.substring(1), key.toUpperCase(Locale.ROOT))) {
            assertThat(authority.decide(new GuardianRequest(ADA, "mum", other))).isInstanceOf(Decision.Denied.class);
        }
        assertThat(authority.decide(new GuardianRequest(ADA, " ", key))).isInstanceOf(Decision.Denied.class);
        assertThat(new GuardianRequest(ADA, "mum", key).toString()).doesNotContain(key);
        assertThatThrownBy(() -> ApiKeyAuthority.of(key.substring(1)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageNotContaining(key.substring(1));
    }
}

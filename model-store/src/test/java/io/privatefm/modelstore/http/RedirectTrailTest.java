/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.FoundationWrongException;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The way along redirects")
class RedirectTrailTest {
    private static final Origin ORIGIN = Origin.of("https://models.example.org/base", Optional.of("key"));

    @ParameterizedTest
    @CsvSource({
        "https://models.example.org/x, true",
        "https://MODELS.example.org:443/x, true",
        "HTTPS://models.example.org, true",
        "other, true",
        "/other, true",
        "//models.example.org/x, true",
        "//elsewhere.example.org/x, false",
        "https://models.example.org:8443/x, false",
        "https://models.example.org.evil.example.org/x, false",
        "https://evil.example.org/models.example.org, false"
    })
    @DisplayName("is at home only on the same scheme, host and port")
    void home(String location, boolean home) {
        RedirectTrail trail = trail(Redirects.ANY_SERVER);
        trail.follow(Optional.of(location));
        assertThat(trail.isAtHome()).isEqualTo(home);
        if (!home) {
            assertThatThrownBy(() -> trail(Redirects.SAME_SERVER).follow(Optional.of(location)))
                    .isInstanceOf(FoundationWrongException.class)
                    .hasMessageContaining(": redirects to another server, ");
        }
    }

    @Test
    @DisplayName("never leads from https to http, not even on the same host")
    void downgrade() {
        for (Redirects allowed : Redirects.values()) {
            assertThatThrownBy(() -> trail(allowed).follow(Optional.of("http://models.example.org/x")))
                    .isInstanceOf(FoundationWrongException.class)
                    .hasMessage("https://models.example.org/base/file: redirects from https to http");
        }
    }

    @Test
    @DisplayName("is never at home again once it left")
    void away() {
        RedirectTrail trail = trail(Redirects.ANY_SERVER);
        trail.follow(Optional.of("https://elsewhere.example.org/x"));
        trail.follow(Optional.of("https://models.example.org/base/file"));
        assertThat(trail.isAtHome()).isFalse();
    }

    private static RedirectTrail trail(Redirects allowed) {
        return new RedirectTrail(ORIGIN, allowed, URI.create("https://models.example.org/base/file"));
    }
}

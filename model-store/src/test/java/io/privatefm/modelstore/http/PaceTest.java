/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.http;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The pace of a body")
class PaceTest {
    private final AtomicLong clock = new AtomicLong();
    private final Pace pace = new Pace(
            new Patience(Duration.ofSeconds(1), Duration.ofSeconds(1), 100, Duration.ofSeconds(10), 1), clock::get);

    @Test
    @DisplayName("may be anything within a window")
    void within() throws Exception {
        advance(9);
        pace.add(1);
    }

    @Test
    @DisplayName("is an average over a window, and a little less is too little")
    void average() throws Exception {
        pace.add(999);
        advance(10);
        pace.add(1);
        advance(10);
        assertThatThrownBy(() -> pace.add(999))
                .isInstanceOf(HttpTimeoutException.class)
                .hasMessage("less than 100 bytes per second came");
    }

    @Test
    @DisplayName("is not made up for by a fast start")
    void fastStart() throws Exception {
        pace.add(1_000_000);
        advance(10);
        pace.add(1);
        advance(11);
        assertThatThrownBy(() -> pace.add(1)).isInstanceOf(HttpTimeoutException.class);
    }

    private void advance(int seconds) {
        clock.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }
}

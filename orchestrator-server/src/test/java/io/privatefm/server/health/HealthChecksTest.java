/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Health checks")
class HealthChecksTest {
    private static final Duration DEADLINE = Duration.ofMillis(300);
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger looks = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        over.countDown();
    }

    private HealthChecks checks(ComponentCheck... components) {
        return new HealthChecks(List.of(components), DEADLINE, FRESH, System::nanoTime);
    }

    private ComponentCheck fine(String name) {
        return ComponentCheck.required(name, () -> "fine");
    }

    private static String down() {
        throw new UnavailableException("no answer from db.internal:5432");
    }

    private String hang() throws InterruptedException {
        looks.incrementAndGet();
        over.await();
        return "fine after all";
    }

    @Test
    @DisplayName("say what each component says, in their order")
    void allUp() {
        HealthReport report = checks(fine("database"), ComponentCheck.useful("bus", () -> "Redis"))
                .report();

        assertThat(report.status()).isEqualTo(HealthStatus.UP);
        assertThat(report.components()).containsOnlyKeys("database", "bus");
        assertThat(report.components().get("bus").detail()).isEqualTo("Redis");
        assertThat(report.components().keySet()).first().isEqualTo("database");
    }

    @Test
    @DisplayName(
            "are down with a required component, and degraded with another; readiness asks for the required ones alone")
    void weights() {
        HealthChecks degraded = checks(fine("database"), ComponentCheck.useful("bus", HealthChecksTest::down));
        HealthChecks down = checks(
                ComponentCheck.useful("bus", HealthChecksTest::down),
                ComponentCheck.required("database", HealthChecksTest::down));

        assertThat(degraded.report().status()).isEqualTo(HealthStatus.DEGRADED);
        assertThat(degraded.ready().status()).isEqualTo(HealthStatus.UP);
        assertThat(degraded.ready().components()).containsOnlyKeys("database");
        assertThat(down.report().status()).isEqualTo(HealthStatus.DOWN);
        assertThat(down.ready().status()).isEqualTo(HealthStatus.DOWN);
        assertThat(down.live().status()).isEqualTo(HealthStatus.UP);
    }

    @Test
    @DisplayName("say of a failure what kind it is, and no host")
    void noHosts() {
        HealthReport report = checks(ComponentCheck.required("database", HealthChecksTest::down))
                .report();

        assertThat(report.components().get("database").detail()).isEqualTo("UNAVAILABLE");
        assertThat(report.toString()).doesNotContain("internal");
    }

    @Test
    @DisplayName("are held up by a component that hangs no longer than the deadline, and the others are told of")
    void hanging() {
        HealthReport report = checks(ComponentCheck.required("database", this::hang), fine("vault"))
                .report();

        assertThat(report.status()).isEqualTo(HealthStatus.DOWN);
        assertThat(report.components().get("database").detail()).isEqualTo("does not answer");
        assertThat(report.components().get("vault").status()).isEqualTo(HealthStatus.UP);
    }

    @Test
    @DisplayName("go no second time into a component that hangs, and wait for it once")
    void hangingOnce() {
        HealthChecks checks = new HealthChecks(
                List.of(ComponentCheck.required("database", this::hang)), DEADLINE, Duration.ZERO, System::nanoTime);

        for (int i = 0; i < 50; i++) {
            assertThat(checks.report().status()).isEqualTo(HealthStatus.DOWN);
        }

        assertThat(looks).hasValue(1);
    }

    @Test
    @DisplayName("find a component up again that came back")
    void back() {
        HealthChecks checks = new HealthChecks(
                List.of(ComponentCheck.required("database", this::hang)), DEADLINE, Duration.ZERO, System::nanoTime);
        assertThat(checks.report().status()).isEqualTo(HealthStatus.DOWN);
        over.countDown();

        HealthReport report = checks.report();
        while (report.status() != HealthStatus.UP) {
            report = checks.report();
        }
        assertThat(report.components().get("database").detail()).isEqualTo("fine after all");
    }

    @Test
    @DisplayName("use an answer for a while, and then look again")
    void fresh() {
        HealthChecks checks = new HealthChecks(
                List.of(ComponentCheck.required("database", () -> "look " + looks.incrementAndGet())),
                Duration.ofHours(1),
                FRESH,
                clock::get);

        checks.report();
        clock.addAndGet(FRESH.toNanos() - 1);
        assertThat(checks.ready().components().get("database").detail()).isEqualTo("look 1");
        clock.addAndGet(1);
        assertThat(checks.ready().components().get("database").detail()).isEqualTo("look 2");
    }

    @Test
    @DisplayName("are not ready once the service is stopping, and alive still")
    void stopping() {
        HealthChecks checks = checks(fine("database"));
        checks.stopping();

        assertThat(checks.ready().status()).isEqualTo(HealthStatus.DOWN);
        assertThat(checks.live().status()).isEqualTo(HealthStatus.UP);
    }

    @Test
    @DisplayName("are not held up by a PostgreSQL that takes connections and never answers")
    void silentDatabase() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String url = "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/pfm?connectTimeout=0";
            HealthChecks checks = checks(ComponentCheck.required("database", () -> {
                try (Connection connection = DriverManager.getConnection(url)) {
                    return connection.getCatalog();
                }
            }));

            assertThat(checks.report().components().get("database").detail()).isEqualTo("does not answer");
            assertThat(checks.live().status()).isEqualTo(HealthStatus.UP);
        }
    }
}

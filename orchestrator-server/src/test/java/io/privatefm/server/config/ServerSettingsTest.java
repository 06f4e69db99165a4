/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.server.access.EnvironmentKeys;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The service's settings")
class ServerSettingsTest {
    private static final String LONG = "0123456789abcdef0123456789abcdef";

    @TempDir
    private Path home;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void enough() {
        environment.put("PFM_HOME", home.toString());
    }

    private ServerSettings read() {
        return ServerSettings.of(environment);
    }

    private void set(Setting setting, String value) {
        environment.put(setting.name(), value);
    }

    @Test
    @DisplayName("need a data directory, and have a default for all else")
    void defaults() {
        ServerSettings settings = read();

        assertThat(settings.home()).isEqualTo(home);
        assertThat(settings.http().address()).isEqualTo("0.0.0.0");
        assertThat(settings.http().port()).isEqualTo(8000);
        assertThat(settings.http().mostUploadBytes()).isEqualTo(268_435_456);
        assertThat(settings.schedule())
                .isEqualTo(new ScheduleRules("0 2 * * *", "0 4 * * 0", "0 5 * * *", ZoneOffset.UTC));
        assertThat(settings.limits().operationsPerMinute()).isEqualTo(60);
        assertThat(settings.limits().recovery().maxVersionLag()).isEqualTo(3);
        assertThat(settings.limits().retention().maxAge()).isEqualTo(Duration.ofDays(30));
        assertThat(settings.log()).isEqualTo(new LogRules(LogRules.Format.JSON, LogRules.Level.INFO));
        assertThat(settings.database()).isEmpty();
        assertThat(settings.bus()).isEmpty();
    }

    @Test
    @DisplayName("are what the environment says")
    void given() throws IOException {
        Path adapters = Files.createDirectory(home.resolve("adapters"));
        set(Setting.PFM_KEYS, "/keys");
        set(Setting.DATABASE_URL, " postgresql://pfm:secret@db:5432/pfm ");
        set(Setting.REDIS_URL, "redis://redis");
        set(Setting.EVENT_BUS_PREFIX, "school");
        set(Setting.FM_STORE_URL, "https://registry.example.org/models");
        set(Setting.FM_STORE_API_KEY, "registry-key");
        set(Setting.ADAPTER_STORE_URL, adapters.toUri().toString());
        set(Setting.ENCRYPTION_KEY, "00".repeat(32));
        set(Setting.SERVICE_API_KEY, LONG + "s");
        set(Setting.GUARDIAN_API_KEY, LONG + "g");
        set(Setting.BIND_ADDRESS, "::1");
        set(Setting.PORT, "0");
        set(Setting.MAX_UPLOAD_BYTES, "1000");
        set(Setting.RATE_LIMIT_PER_MINUTE, "7");
        set(Setting.NIGHTLY_MERGE_CRON, "30 1 * * *");
        set(Setting.SCHEDULE_ZONE, "Europe/Berlin");
        set(Setting.MAX_VERSION_LAG, "5");
        set(Setting.CHECKPOINT_RETENTION_DAYS, "90");
        set(Setting.LOG_FORMAT, "text");
        set(Setting.LOG_LEVEL, "Debug");

        ServerSettings settings = read();

        assertThat(settings.keys()).contains(Path.of("/keys"));
        assertThat(settings.database()).contains(new Secret("postgresql://pfm:secret@db:5432/pfm"));
        assertThat(settings.bus()).contains(new Secret("redis://redis"));
        assertThat(settings.busPrefix()).contains("school");
        assertThat(settings.foundation()).contains(new Secret("https://registry.example.org/models"));
        assertThat(settings.adapterStore()).contains(adapters);
        assertThat(settings.serviceKey()).contains(new Secret(LONG + "s"));
        assertThat(settings.http().address()).isEqualTo("::1");
        assertThat(settings.http().port()).isZero();
        assertThat(settings.schedule().nightly()).isEqualTo("30 1 * * *");
        assertThat(settings.schedule().zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(settings.limits().recovery().maxVersionLag()).isEqualTo(5);
        assertThat(settings.log()).isEqualTo(new LogRules(LogRules.Format.TEXT, LogRules.Level.DEBUG));
    }

    @Test
    @DisplayName("take the bus of EVENT_BUS_URL where both are set")
    void busFirst() {
        set(Setting.REDIS_URL, "redis://cache");
        set(Setting.EVENT_BUS_URL, "redis://bus");

        assertThat(read().bus()).contains(new Secret("redis://bus"));
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', textBlock = """
            PFM_HOME                  | /nowhere/at/all
            DATABASE_URL              | mysql://db/pfm
            REDIS_URL                 | http://redis
            EVENT_BUS_URL             | redis://user@redis
            EVENT_BUS_PREFIX          | a b
            FM_STORE_URL              | ftp://models
            FM_STORE_URL              | /nowhere/at/all
            ADAPTER_STORE_URL         | /nowhere/at/all
            ENCRYPTION_KEY            | short
            SERVICE_API_KEY           | 0123456789abcdef0123456789abcde
            GUARDIAN_API_KEY          | short
            PORT                      | 65536
            PORT                      | http
            TLS_KEYSTORE              | /nowhere/at/all
            TLS_KEYSTORE_PASSWORD     | alone
            MAX_UPLOAD_BYTES          | 0
            RATE_LIMIT_PER_MINUTE     | 0
            NIGHTLY_MERGE_CRON        | 61 2 * * *
            CLEANUP_CRON              | every sunday
            SCRUB_CRON                | 0 0 5 * * *
            SCHEDULE_ZONE             | Berlin
            MAX_VERSION_LAG           | -1
            FALLBACK_RETRY_LIMIT      | 0
            CHECKPOINT_RETENTION_DAYS | a month
            LOG_FORMAT                | xml
            LOG_LEVEL                 | verbose
            """)
    @DisplayName("are refused where they are wrong, by the variable's name:")
    void refused(String variable, String value) {
        environment.put(variable, value);

        assertThatThrownBy(this::read)
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                .message()
                .contains(variable)
                .hasLineCount(1);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("are refused where they are empty: somebody has forgotten something")
    void empty(Setting setting) {
        set(setting, " ");

        assertThatThrownBy(this::read).hasMessageContaining(setting + " is empty");
    }

    @Test
    @DisplayName("are refused with everything that is wrong at once, and without a secret")
    void allAtOnce() {
        environment.remove("PFM_HOME");
        set(Setting.DATABASE_URL, "mysql://pfm:hunter22@db/pfm");
        set(Setting.REDIS_URL, "redis://pfm:hunter22@:x");
        set(Setting.ENCRYPTION_KEY, "hunter22");
        set(Setting.SERVICE_API_KEY, "hunter22");
        set(Setting.TLS_KEYSTORE, "/nowhere");
        set(Setting.TLS_KEYSTORE_PASSWORD, "hunter22");
        set(Setting.PORT, "-1");

        assertThatThrownBy(this::read)
                .message()
                .contains(
                        "PFM_HOME",
                        "DATABASE_URL",
                        "REDIS_URL",
                        "ENCRYPTION_KEY",
                        "SERVICE_API_KEY",
                        "TLS_KEYSTORE",
                        "PORT must be a whole number, 0 to 65535, not: -1")
                .doesNotContain("hunter22");
    }

    @Test
    @DisplayName("ask for two keys, not for the same one twice, as long as the service asks for")
    void twoKeys() {
        set(Setting.SERVICE_API_KEY, LONG);
        set(Setting.GUARDIAN_API_KEY, LONG);

        assertThatThrownBy(this::read).hasMessageContaining("GUARDIAN_API_KEY must not be the same");
        assertThat(ServerSettings.SHORTEST_KEY).isEqualTo(EnvironmentKeys.SHORTEST);
    }

    @Test
    @DisplayName("show what they are without what is secret, and know what that is")
    void shown() {
        set(Setting.DATABASE_URL, "postgresql://pfm:p%40ss-word@db:5432/pfm?sslmode=require");
        set(Setting.EVENT_BUS_URL, "redis://:redis-password@redis:6379/1");
        set(Setting.FM_STORE_URL, "hf://org/tiny@v1,v2");
        set(Setting.FM_STORE_API_KEY, "registry-key");
        set(Setting.ENCRYPTION_KEY, "ab".repeat(32));
        set(Setting.SERVICE_API_KEY, LONG);

        ServerSettings settings = read();

        assertThat(settings.describe())
                .contains(
                        "PFM_HOME=" + home,
                        "DATABASE_URL=postgresql://db:5432/pfm,",
                        "EVENT_BUS_URL=redis://redis:6379/1,",
                        "FM_STORE_URL=hf://org/tiny@v1,v2,",
                        "SERVICE_API_KEY=***",
                        "PORT=8000");
        assertThat(settings.secrets())
                .extracting(Secret::value)
                .contains("p%40ss-word", "p@ss-word", "redis-password", "registry-key", "ab".repeat(32), LONG);
        for (String text : new String[] {settings.describe(), settings.toString()}) {
            assertThat(text).doesNotContain("ss-word", "redis-password", "registry-key", "abab", LONG);
        }
    }

    @Test
    @DisplayName("show nothing of passwords in parameters of a jdbc: URL")
    void jdbcParameters() {
        set(Setting.DATABASE_URL, "jdbc:postgresql://db/pfm?user=pfm&password=hunter22");

        ServerSettings settings = read();

        assertThat(settings.describe())
                .contains("DATABASE_URL=jdbc:postgresql://db/pfm,")
                .doesNotContain("hunter22");
        assertThat(settings.secrets()).extracting(Secret::value).contains("hunter22");
    }
}

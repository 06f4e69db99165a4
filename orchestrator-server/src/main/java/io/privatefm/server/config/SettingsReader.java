/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.core.CronTimes;
import io.privatefm.modelstore.FoundationLocation;
import io.privatefm.modelstore.RootKey;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;

/** Reads {@link ServerSettings}: names, defaults, and what makes a value one that the service can use. */
final class SettingsReader {
    private static final int MOST_PER_MINUTE = 1_000_000;

    private final Variables variables;

    SettingsReader(Map<String, String> environment) {
        this.variables = new Variables(environment);
    }

    ServerSettings read() {
        Optional<Path> home = variables.folder(Setting.PFM_HOME);
        if (!variables.has(Setting.PFM_HOME)) {
            variables.problem(Setting.PFM_HOME, "is not set; it names the data directory");
        }
        Path directory = home.orElse(Path.of("."));
        ServerSettings settings = new ServerSettings(
                directory,
                variables.parsed(Setting.PFM_KEYS, Variables::path),
                variables.secret(Setting.DATABASE_URL, DatabaseUrl::parse),
                bus(),
                variables.parsed(Setting.EVENT_BUS_PREFIX, BusUrl::requirePrefix),
                variables.secret(
                        Setting.FM_STORE_URL,
                        url -> FoundationLocation.open(url, Optional.empty(), directory.resolve("foundation-cache"))),
                variables.secret(Setting.FM_STORE_API_KEY, key -> {}),
                variables.folder(Setting.ADAPTER_STORE_URL),
                variables.secret(Setting.ENCRYPTION_KEY, RootKey::parse),
                variables.secret(Setting.SERVICE_API_KEY, SettingsReader::requireLong),
                variables.secret(Setting.GUARDIAN_API_KEY, SettingsReader::requireLong),
                http(),
                schedule(),
                new LimitRules(
                        RecoveryRules.read(variables),
                        RetentionRules.read(variables),
                        variables.count(Setting.RATE_LIMIT_PER_MINUTE, 1, MOST_PER_MINUTE, 60)),
                new LogRules(
                        variables.choice(Setting.LOG_FORMAT, LogRules.Format.class, LogRules.Format.JSON),
                        variables.choice(Setting.LOG_LEVEL, LogRules.Level.class, LogRules.Level.INFO)));
        if (settings.serviceKey().isPresent() && settings.serviceKey().equals(settings.guardianKey())) {
            variables.problem(Setting.GUARDIAN_API_KEY, "must not be the same as " + Setting.SERVICE_API_KEY);
        }
        variables.end();
        return settings;
    }

    private Optional<Secret> bus() {
        Optional<Secret> redis = variables.secret(Setting.REDIS_URL, RedisEventBus::builder);
        return variables.secret(Setting.EVENT_BUS_URL, RedisEventBus::builder).or(() -> redis);
    }

    private HttpRules http() {
        Optional<Path> keyStore = variables.parsed(Setting.TLS_KEYSTORE, Variables::path);
        Optional<Secret> password = variables.raw(Setting.TLS_KEYSTORE_PASSWORD).map(Secret::new);
        if (keyStore.isPresent() && password.isPresent()) {
            variables.parsed(
                    Setting.TLS_KEYSTORE,
                    text -> TlsKeyStore.require(keyStore.get(), password.get().value()));
        }
        if (variables.has(Setting.TLS_KEYSTORE) != variables.has(Setting.TLS_KEYSTORE_PASSWORD)) {
            boolean file = variables.has(Setting.TLS_KEYSTORE);
            variables.problem(
                    file ? Setting.TLS_KEYSTORE_PASSWORD : Setting.TLS_KEYSTORE,
                    "is not set, but " + (file ? Setting.TLS_KEYSTORE : Setting.TLS_KEYSTORE_PASSWORD) + " is");
        }
        return new HttpRules(
                variables.text(Setting.BIND_ADDRESS).orElse("0.0.0.0"),
                variables.count(Setting.PORT, 0, 65_535, 8000),
                keyStore,
                password,
                variables.number(Setting.MAX_UPLOAD_BYTES, 1, Long.MAX_VALUE, 256L << 20));
    }

    private ScheduleRules schedule() {
        return new ScheduleRules(
                cron(Setting.NIGHTLY_MERGE_CRON, "0 2 * * *"),
                cron(Setting.CLEANUP_CRON, "0 4 * * 0"),
                cron(Setting.SCRUB_CRON, "0 5 * * *"),
                variables.parsed(Setting.SCHEDULE_ZONE, SettingsReader::zone).orElse(ZoneOffset.UTC));
    }

    private String cron(Setting setting, String absent) {
        return variables
                .parsed(setting, text -> {
                    CronTimes.of(text, ZoneOffset.UTC);
                    return text;
                })
                .orElse(absent);
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("names no time zone such as Europe/Berlin: " + text, e);
        }
    }

    private static void requireLong(String key) {
        if (key.length() < ServerSettings.SHORTEST_KEY) {
            throw new IllegalArgumentException("must have at least " + ServerSettings.SHORTEST_KEY
                    + " characters; `openssl rand -base64 32` makes one");
        }
    }
}

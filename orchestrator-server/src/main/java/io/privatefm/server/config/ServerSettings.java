/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * What the environment says of the service.
 *
 * @param home data directory
 * @param keys key vault; empty for the folder beside the data directory
 * @param database empty for a file in the data directory
 * @param bus empty for a bus inside this process
 * @param busPrefix what the names of the bus's streams begin with
 * @param foundation directory or URL of the foundation store; empty for the data directory's own
 * @param foundationKey for a foundation store that is a server
 * @param adapterStore where trainers leave adapters; without it, adapters come with requests only
 * @param encryptionKey root key; empty for the one beside the data directory
 * @param serviceKey of callers that may do everything but delete a learner
 * @param guardianKey of those that may have a learner deleted
 * @param http where it listens, and how much it takes
 * @param schedule when it works by itself
 * @param limits how much, how often, how long
 * @param log how it logs
 */
public record ServerSettings(
        Path home,
        Optional<Path> keys,
        Optional<Secret> database,
        Optional<Secret> bus,
        Optional<String> busPrefix,
        Optional<Secret> foundation,
        Optional<Secret> foundationKey,
        Optional<Path> adapterStore,
        Optional<Secret> encryptionKey,
        Optional<Secret> serviceKey,
        Optional<Secret> guardianKey,
        HttpRules http,
        ScheduleRules schedule,
        LimitRules limits,
        LogRules log) {
    /** How many characters an API key of the environment has at least. */
    public static final int SHORTEST_KEY = 32;

    /**
     * Reads the environment.
     *
     * @throws io.privatefm.spi.InvalidInputException with {@link io.privatefm.spi.ErrorCode#CONFIGURATION} that lists everything that is
     *     wrong at once
     */
    public static ServerSettings of(Map<String, String> environment) {
        return new SettingsReader(environment).read();
    }

    /** The effective configuration in one line, without what is secret. */
    public String describe() {
        StringJoiner line = new StringJoiner(", ");
        BiConsumer<Setting, Object> add = (setting, value) -> line.add(setting + "=" + setting.shown(value.toString()));
        add.accept(Setting.PFM_HOME, home);
        keys.ifPresent(folder -> add.accept(Setting.PFM_KEYS, folder));
        each(add, Setting.ENCRYPTION_KEY, encryptionKey);
        each(add, Setting.DATABASE_URL, database);
        each(add, Setting.EVENT_BUS_URL, bus);
        busPrefix.ifPresent(prefix -> add.accept(Setting.EVENT_BUS_PREFIX, prefix));
        each(add, Setting.FM_STORE_URL, foundation);
        each(add, Setting.FM_STORE_API_KEY, foundationKey);
        adapterStore.ifPresent(folder -> add.accept(Setting.ADAPTER_STORE_URL, folder));
        each(add, Setting.SERVICE_API_KEY, serviceKey);
        each(add, Setting.GUARDIAN_API_KEY, guardianKey);
        add.accept(Setting.BIND_ADDRESS, http.address());
        add.accept(Setting.PORT, http.port());
        http.keyStore().ifPresent(file -> add.accept(Setting.TLS_KEYSTORE, file));
        each(add, Setting.TLS_KEYSTORE_PASSWORD, http.keyStorePassword());
        add.accept(Setting.MAX_UPLOAD_BYTES, http.mostUploadBytes());
        add.accept(Setting.RATE_LIMIT_PER_MINUTE, limits.operationsPerMinute());
        add.accept(Setting.NIGHTLY_MERGE_CRON, schedule.nightly());
        add.accept(Setting.CLEANUP_CRON, schedule.cleanup());
        add.accept(Setting.SCRUB_CRON, schedule.scrub());
        add.accept(Setting.SCHEDULE_ZONE, schedule.zone());
        add.accept(Setting.MAX_VERSION_LAG, limits.recovery().maxVersionLag());
        add.accept(Setting.FALLBACK_RETRY_LIMIT, limits.recovery().retryLimit());
        add.accept(
                Setting.CHECKPOINT_RETENTION_DAYS, limits.retention().maxAge().toDays());
        add.accept(Setting.LOG_FORMAT, log.format().name().toLowerCase(Locale.ROOT));
        add.accept(Setting.LOG_LEVEL, log.level().name().toLowerCase(Locale.ROOT));
        return line.toString();
    }

    private static void each(BiConsumer<Setting, Object> add, Setting setting, Optional<Secret> value) {
        value.ifPresent(secret -> add.accept(setting, secret.value()));
    }

    /** Everything that nobody may be shown: keys, passwords, and the user information of URLs. */
    public Set<Secret> secrets() {
        Set<Secret> all = new LinkedHashSet<>();
        Stream.of(encryptionKey, foundationKey, serviceKey, guardianKey, http.keyStorePassword())
                .flatMap(Optional::stream)
                .forEach(all::add);
        Stream.of(database, bus, foundation)
                .flatMap(Optional::stream)
                .flatMap(UrlSecrets::in)
                .forEach(all::add);
        return all;
    }
}

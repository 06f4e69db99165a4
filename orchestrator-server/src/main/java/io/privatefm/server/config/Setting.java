/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import java.util.Map;
import java.util.Optional;

/** The environment's variables, by their names. */
public enum Setting {
    PFM_HOME,
    PFM_KEYS,
    ENCRYPTION_KEY(Kind.SECRET),
    DATABASE_URL(Kind.URL),
    REDIS_URL(Kind.URL),
    EVENT_BUS_URL(Kind.URL),
    EVENT_BUS_PREFIX,
    FM_STORE_URL(Kind.LOCATION),
    FM_STORE_API_KEY(Kind.SECRET),
    ADAPTER_STORE_URL(Kind.LOCATION),
    SERVICE_API_KEY(Kind.SECRET),
    GUARDIAN_API_KEY(Kind.SECRET),
    BIND_ADDRESS,
    PORT,
    TLS_KEYSTORE,
    TLS_KEYSTORE_PASSWORD(Kind.SECRET),
    MAX_UPLOAD_BYTES,
    RATE_LIMIT_PER_MINUTE,
    NIGHTLY_MERGE_CRON,
    CLEANUP_CRON,
    SCRUB_CRON,
    SCHEDULE_ZONE,
    MAX_VERSION_LAG,
    FALLBACK_RETRY_LIMIT,
    CHECKPOINT_RETENTION_DAYS,
    LOG_FORMAT,
    LOG_LEVEL;

    /** What may be shown of a value. */
    private enum Kind {
        /** All of it. */
        PLAIN,
        /** Nothing. */
        SECRET,
        /** All but who logs in, and but parameters, which may say the same: up to the last {@code @}, since some passwords have one. */
        URL,
        /** The same, where an {@code @} may stand in a path. */
        LOCATION
    }

    private final Kind kind;

    Setting() {
        this(Kind.PLAIN);
    }

    Setting(Kind kind) {
        this.kind = kind;
    }

    /** Its value. */
    public Optional<String> in(Map<String, String> environment) {
        return Optional.ofNullable(environment.get(name()));
    }

    /** What may be shown of a value. */
    String shown(String value) {
        return switch (kind) {
            case PLAIN -> value.strip();
            case SECRET -> "***";
            case URL -> withoutParameters(value.strip().replaceFirst("//.*@", "//"));
            case LOCATION -> withoutParameters(value.strip().replaceFirst("//[^/]*:[^/]*@", "//"));
        };
    }

    private static String withoutParameters(String url) {
        return url.replaceFirst("[?;].*", "");
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.modelstore.http.HttpSource;
import io.privatefm.modelstore.http.Origin;
import io.privatefm.modelstore.http.Patience;
import io.privatefm.modelstore.http.Pauses;
import io.privatefm.modelstore.http.Redirects;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The foundation's releases on an HTTP server: a model registry (the protocol is in {@code docs/model-registry.md}; any
 * web server that serves files can be one) or a hub that has the file routes of the Hugging Face Hub.
 *
 * <p>A release is downloaded when it is first opened, to a local cache, and served from there. Releases are frozen, so one
 * that is there is never asked for again. Downloads go on where they were cut, also those of a process that was killed;
 * every file is checked by its length and digest, forced, and a release shows when all its files are there. Several
 * threads and processes may share a cache. To have a release downloaded again, delete its folder in {@code releases} of
 * the cache; it begins with the release's name.
 *
 * <p>Errors: {@link io.privatefm.spi.FoundationWrongException} if the server's bytes are not those that are promised, by
 * length, digest or commit, or if it redirects where it may not; {@link io.privatefm.spi.UnavailableException} if it does
 * not answer, cannot now, or is too slow; {@link InvalidInputException} if it refuses, or does not have what is asked
 * for. The API key is in none of them and goes to no other server. Immutable but for the cache, safe for use by several
 * threads at once.
 */
public final class HttpFoundation implements FoundationStore {
    private final HttpSource source;
    private final Dialect dialect;
    private final ReleaseCache cache;

    private HttpFoundation(HttpSource source, Dialect dialect, ReleaseCache cache) {
        this.source = source;
        this.dialect = dialect;
        this.cache = cache;
    }

    /**
     * The releases of a model registry.
     *
     * @param url where {@code releases.json} is, without that name
     * @param cache directory for what is downloaded; created unless it is there
     */
    public static Builder registry(String url, Path cache) {
        return new Builder(url, cache, null);
    }

    /**
     * Releases of models on a hub.
     *
     * @param url of the hub, such as {@code https://huggingface.co}
     * @param releases oldest first
     * @param cache directory for what is downloaded; created unless it is there
     */
    public static Builder hub(String url, List<HubRelease> releases, Path cache) {
        return new Builder(url, cache, List.copyOf(releases));
    }

    /**
     * {@inheritDoc} A registry is asked no more than once in a while. If it does not answer, the last good list that it
     * gave counts, also one that another process got, and it is left alone ten times as long: releases do not change, so
     * a night goes on without the registry. A hub is not asked at all.
     *
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if the registry refuses or has no list;
     *     ({@link ErrorCode#MODEL_INVALID}) if the list is malformed
     * @throws io.privatefm.spi.FoundationWrongException if the registry redirects where it may not
     */
    @Override
    public List<FoundationRelease> releases() {
        return dialect.releases().stream().map(ListedRelease::release).toList();
    }

    /**
     * {@inheritDoc} It is looked up by its name, and downloaded if it is not in the cache.
     *
     * @throws InvalidInputException ({@link ErrorCode#INVALID_ARGUMENT}) if there is no release of that name, or the
     *     server lacks its files; ({@link ErrorCode#CONFIGURATION}) if the server refuses; ({@link
     *     ErrorCode#MODEL_INVALID}) if a list is malformed
     * @throws io.privatefm.spi.FoundationWrongException if the server's bytes are not those that are promised
     */
    @Override
    public ModelFiles open(FoundationRelease release) {
        ListedRelease listed = dialect.releases().stream()
                .filter(known -> known.release().name().equals(release.name()))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.INVALID_ARGUMENT,
                        "there is no foundation release '" + Failures.shown(release.name()) + "' at "
                                + source.origin()));
        Path folder = cache.complete(
                release.name(), dialect.identity(listed), source, copies -> dialect.files(listed, copies));
        return LocalModelFiles.list(folder, folder, ErrorCode.MODEL_INVALID);
    }

    /** Sets what is not as usual. Used by one thread. */
    public static final class Builder {
        /** How long a registry's list counts. */
        public static final Duration DEFAULT_FRESHNESS = Duration.ofMinutes(1);

        private final String url;
        private final Path cache;
        private final @Nullable List<HubRelease> releases;
        private Optional<String> apiKey = Optional.empty();
        private Patience patience = Patience.DEFAULT;
        private Duration freshness = DEFAULT_FRESHNESS;
        private Pauses pauses = Pauses.SLEEP;
        private LongSupplier nanos = System::nanoTime;

        private Builder(String url, Path cache, @Nullable List<HubRelease> releases) {
            this.url = url;
            this.cache = cache;
            this.releases = releases;
        }

        /** Sent as {@code Authorization: Bearer …}, to this server alone; none by default. */
        public Builder apiKey(String key) {
            apiKey = Optional.of(key);
            return this;
        }

        /** How long a connection may take; 10 seconds by default. */
        public Builder connectTimeout(Duration timeout) {
            return patience(new Patience(
                    timeout, patience.idle(), patience.bytesPerSecond(), patience.window(), patience.attempts()));
        }

        /** How long the server may send nothing; 30 seconds by default. */
        public Builder idleTimeout(Duration timeout) {
            return patience(new Patience(
                    patience.connect(), timeout, patience.bytesPerSecond(), patience.window(), patience.attempts()));
        }

        /** What must come at least, on an average over each minute; 1024 bytes per second by default. */
        public Builder minimumRate(long bytesPerSecond) {
            return patience(new Patience(
                    patience.connect(), patience.idle(), bytesPerSecond, patience.window(), patience.attempts()));
        }

        /** How many attempts in a row may fail; 4 by default. One that brought a mebibyte is not counted. */
        public Builder attempts(int attempts) {
            return patience(new Patience(
                    patience.connect(), patience.idle(), patience.bytesPerSecond(), patience.window(), attempts));
        }

        /** How long a registry's list counts without asking again; a minute by default. */
        public Builder freshness(Duration duration) {
            if (duration.isNegative() || duration.compareTo(Duration.ofDays(1)) > 0) {
                throw new InvalidInputException(
                        ErrorCode.CONFIGURATION,
                        "the freshness must be no less than nothing and no more than a day, and is " + duration);
            }
            freshness = duration;
            return this;
        }

        Builder pauses(Pauses other) {
            pauses = other;
            return this;
        }

        Builder nanos(LongSupplier clock) {
            nanos = clock;
            return this;
        }

        /**
         * The store; nothing is asked yet.
         *
         * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if the URL or the key is none, if two
         *     releases have the same name, or if the cache cannot be a directory
         * @throws io.privatefm.spi.UnavailableException if the cache cannot be created
         */
        public HttpFoundation build() {
            List<HubRelease> hub = releases;
            Redirects redirects = hub == null ? Redirects.SAME_SERVER : Redirects.ANY_SERVER;
            HttpSource source = new HttpSource(Origin.of(url, apiKey), redirects, patience, pauses, nanos);
            ReleaseCache local = ReleaseCache.at(cache);
            Dialect dialect = hub == null
                    ? new RegistryDialect(source, local.directory(), freshness.toNanos(), nanos)
                    : new HubDialect(source, hub, local.directory());
            return new HttpFoundation(source, dialect, local);
        }

        private Builder patience(Patience other) {
            patience = other;
            return this;
        }
    }
}

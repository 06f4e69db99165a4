/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.modelstore.http.HttpSource;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A model registry, as {@code docs/model-registry.md} has it: {@code releases.json}, in each release's path
 * {@code files.json}, and the files beside it. The list of releases is asked for once in a while; if the server does not
 * answer, the last good one counts, because releases do not change.
 */
final class RegistryDialect implements Dialect {
    static final String FILE_LIST = "files.json";

    /** A server that does not answer costs time with each question: it is asked less often. */
    private static final int WHEN_DOWN = 10;

    private static final String FILES = "files";
    private static final String NAME = "name";
    private static final String BYTES = "bytes";
    private static final String SHA_256 = "sha256";

    private final HttpSource source;
    private final Path cache;
    private final long freshNanos;
    private final LongSupplier nanos;
    private @Nullable List<ListedRelease> last;
    private long lastAt;
    private long countsNanos;

    /**
     * A registry.
     *
     * @param cache where the last good list is kept
     * @param freshNanos how long a list counts without asking again
     */
    RegistryDialect(HttpSource source, Path cache, long freshNanos, LongSupplier nanos) {
        this.source = source;
        this.cache = cache;
        this.freshNanos = freshNanos;
        this.nanos = nanos;
    }

    @Override
    public synchronized List<ListedRelease> releases() {
        List<ListedRelease> known = last;
        if (known == null || nanos.getAsLong() - lastAt >= countsNanos) {
            countsNanos = freshNanos;
            known = asked();
            last = known;
            lastAt = nanos.getAsLong();
        }
        return known;
    }

    @Override
    public String identity(ListedRelease release) {
        String promise = release.release().contentHash().map(hash -> " " + hash).orElse("");
        return source.origin().resolve(names(release.path())) + promise;
    }

    @Override
    public List<RemoteFile> files(ListedRelease release, Path copies) {
        String name = Failures.shown(release.release().name());
        URI uri = source.origin().resolve(names(release.path(), FILE_LIST));
        return new RemoteText(
                        source,
                        uri,
                        new KeptText(copies.resolve(FILE_LIST), uri),
                        reason -> new InvalidInputException(
                                ErrorCode.INVALID_ARGUMENT, "foundation release '" + name + "': " + reason))
                .fetch(text -> parse(text, release.path()));
    }

    private List<ListedRelease> asked() {
        URI uri = source.origin().resolve(List.of(ReleaseList.FILE));
        KeptText kept = new KeptText(cache.resolve(ReleaseList.FILE), uri);
        RemoteText text = new RemoteText(
                source,
                uri,
                kept,
                reason -> new InvalidInputException(
                        ErrorCode.CONFIGURATION, reason + ": check the URL of the model registry"));
        try {
            return text.fetch(this::list);
        } catch (UnavailableException e) {
            Optional<KeptText.Copy> copy = kept.read();
            if (copy.isEmpty()) {
                throw e;
            }
            countsNanos = freshNanos * WHEN_DOWN;
            return list(copy.get().text());
        }
    }

    private List<ListedRelease> list(ByteBuffer text) {
        return ReleaseList.parse(text, cache);
    }

    private List<RemoteFile> parse(ByteBuffer text, String path) {
        StrictJson json = new StrictJson(path + "/" + FILE_LIST, 8);
        RemoteFiles files = new RemoteFiles(json, cache);
        JsonNode document = json.object(json.parse(text), null, Set.of(FILES));
        int index = 0;
        for (JsonNode entry : json.array(document, FILES)) {
            String at = FILES + "[" + index++ + "]";
            json.object(entry, at, Set.of(NAME, BYTES, SHA_256));
            String name = files.claim(json.text(entry, at, NAME), at + "." + NAME);
            files.add(new RemoteFile(
                    name,
                    json.count(entry, at, BYTES),
                    Checksum.of(json.hash(entry, at, SHA_256)),
                    source.origin().resolve(names(path, name)),
                    Map.of()));
        }
        return files.all();
    }

    private static List<String> names(String path, String... more) {
        List<String> names = new ArrayList<>(path.equals(".") ? List.of() : List.of(path.split("/", -1)));
        names.addAll(List.of(more));
        return names;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.foundation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.privatefm.core.hash.ContentHash;
import io.privatefm.core.hash.SegmentSink;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Opens foundation releases. Hashing a release costs one pass over it, so digests are remembered by release name until
 * {@link #forget()}, which every night does first: what a night merges on was read that night. Safe for use by several
 * threads at once.
 */
public final class Foundations {
    private static final int REMEMBERED_RELEASES = 8;

    private record Digests(Map<String, TensorDigest> byName, Sha256 contentHash) {}

    private final FoundationStore store;
    private final TensorStream stream;
    private final Cache<String, Digests> digests =
            Caffeine.newBuilder().maximumSize(REMEMBERED_RELEASES).build();

    public Foundations(FoundationStore store, TensorStream stream) {
        this.store = store;
        this.stream = stream;
    }

    /**
     * The newest release.
     *
     * @throws InvalidInputException if the store has none
     */
    public FoundationRelease newest() {
        List<FoundationRelease> releases = store.releases();
        if (releases.isEmpty()) {
            throw new InvalidInputException(ErrorCode.MODEL_INVALID, "the foundation store has no release");
        }
        return releases.get(releases.size() - 1);
    }

    /** All releases, oldest first. */
    public List<FoundationRelease> releases() {
        return store.releases();
    }

    /**
     * The release of that name.
     *
     * @throws InvalidInputException if the store does not have it
     */
    public FoundationRelease named(String name) {
        Optional<FoundationRelease> found = store.releases().stream()
                .filter(release -> release.name().equals(name))
                .findFirst();
        return found.orElseThrow(() -> new InvalidInputException(
                ErrorCode.MODEL_INVALID, "the foundation store has no release '" + name + "'"));
    }

    /**
     * Opens a release, to be closed by the caller.
     *
     * @throws FoundationWrongException if its content is not what the release list promises
     */
    public Foundation open(FoundationRelease release) {
        ModelFiles files = store.open(release);
        try {
            ModelDirectory model = ModelDirectory.open(files, FormatLimits.FOUNDATION);
            try {
                Digests known = digests(release, model);
                return new Foundation(release, files, model, known.byName(), known.contentHash());
            } catch (RuntimeException | Error e) {
                model.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            files.close();
            throw e;
        }
    }

    /**
     * Opens the release of that name, to be closed by the caller.
     *
     * @throws InvalidInputException if the store does not have it
     * @throws FoundationWrongException if its content is not what the release list promises
     */
    public Foundation open(String name) {
        return open(named(name));
    }

    /** Content hash of a release; costs nothing for a release that was opened since {@link #forget()}. */
    public Sha256 contentHash(String release) {
        Digests known = digests.getIfPresent(release);
        if (known != null) {
            return known.contentHash();
        }
        try (Foundation foundation = open(release)) {
            return foundation.contentHash();
        }
    }

    /**
     * Reads a release again, every byte.
     *
     * @throws FoundationWrongException if it does not have this content hash any more
     */
    public void requireUnchanged(String release, Sha256 expected) {
        digests.invalidate(release);
        Sha256 found = contentHash(release);
        if (!found.equals(expected)) {
            throw new FoundationWrongException(
                    "foundation release " + release + " had content hash " + expected + " and now has " + found);
        }
    }

    /** Forgets all digests: the next opening reads every byte again. */
    public void forget() {
        digests.invalidateAll();
    }

    private Digests digests(FoundationRelease release, ModelDirectory model) {
        Digests known = digests.getIfPresent(release.name());
        if (known != null && sameTensors(known, model) && isPromised(release, known)) {
            return known;
        }
        Digests computed = compute(model);
        if (!isPromised(release, computed)) {
            throw new FoundationWrongException("foundation release " + release.name() + " should have content hash "
                    + release.contentHash().orElseThrow() + " but has " + computed.contentHash());
        }
        digests.put(release.name(), computed);
        return computed;
    }

    /** Whether a release has the content hash that its list promises, if it promises one. */
    private static boolean isPromised(FoundationRelease release, Digests digests) {
        return release.contentHash().map(digests.contentHash()::equals).orElse(true);
    }

    private static boolean sameTensors(Digests known, ModelDirectory model) {
        List<TensorInfo> infos =
                known.byName().values().stream().map(TensorDigest::info).toList();
        return infos.equals(List.copyOf(Foundation.infos(model).values()));
    }

    private Digests compute(ModelDirectory model) {
        List<TensorDigest> computed = stream.run(List.copyOf(model.tensors().values()), SegmentSink.NONE);
        Map<String, TensorDigest> byName = new TreeMap<>(CodePointOrder.COMPARATOR);
        computed.forEach(digest -> byName.put(digest.info().name(), digest));
        return new Digests(Collections.unmodifiableMap(byName), ContentHash.ofModel(computed));
    }
}

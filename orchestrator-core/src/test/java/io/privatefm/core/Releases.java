/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Fixture: a foundation store whose releases a test can exchange. */
public final class Releases implements FoundationStore {
    private final Map<String, ModelFiles> files = new LinkedHashMap<>();
    private final Map<String, Sha256> promises = new LinkedHashMap<>();
    private final AtomicInteger opened = new AtomicInteger();

    /** Adds a release as the newest, or exchanges the files of the one that has this name. */
    public synchronized Releases put(String name, ModelFiles release) {
        files.put(name, release);
        return this;
    }

    /** Takes a release away. */
    public synchronized void remove(String name) {
        files.remove(name);
    }

    /** Promises this content hash for a release from now on; null for no promise. */
    public synchronized Releases promise(String name, @Nullable Sha256 contentHash) {
        promises.put(name, contentHash);
        return this;
    }

    /** How often a release was opened. */
    public int opened() {
        return opened.get();
    }

    @Override
    public synchronized List<FoundationRelease> releases() {
        List<FoundationRelease> releases = new ArrayList<>();
        for (String name : files.keySet()) {
            releases.add(new FoundationRelease(releases.size() + 1, name, Optional.ofNullable(promises.get(name))));
        }
        return List.copyOf(releases);
    }

    @Override
    public synchronized ModelFiles open(FoundationRelease release) {
        opened.incrementAndGet();
        return files.get(release.name());
    }
}

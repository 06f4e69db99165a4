/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.simulation;

import io.privatefm.core.InMemory;
import io.privatefm.core.ModelCheck;
import io.privatefm.core.Orchestrator;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.testkit.SimulatedFoundation;
import io.privatefm.testkit.SimulatedTime;
import io.privatefm.testkit.TinyAdapters;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What merges come to where nothing goes wrong: a clean engine for each release and adapter, with nothing else in it. */
final class ReferenceHashes {
    private static final LearnerId ADA = LearnerId.of("ada");

    private final long seed;
    private final Map<String, Sha256> merged = new HashMap<>();
    private final Map<String, Sha256> foundations = new HashMap<>();
    private final Map<Sha256, Long> adapters = new HashMap<>();

    ReferenceHashes(long seed) {
        this.seed = seed;
    }

    /** Content hash of a release. */
    Sha256 foundation(String release) {
        return foundations.computeIfAbsent(release, name -> {
            try (var files = upTo(name).open(new FoundationRelease(1, name, Optional.empty()))) {
                return ModelCheck.contentHash(files, 1);
            }
        });
    }

    /** Content hash of a release with an adapter. */
    Sha256 merged(String release, long adapter) {
        return merged.computeIfAbsent(release + " " + adapter, key -> compute(release, adapter));
    }

    /** The seed of an adapter that was registered, by its digest; it must have been merged here before. */
    long adapter(Sha256 digest) {
        Long found = adapters.get(digest);
        if (found == null) {
            throw new AssertionError("nobody registered an adapter " + digest);
        }
        return found;
    }

    private Sha256 compute(String release, long adapter) {
        SimulatedFoundation foundation = upTo(release);
        SimulatedTime time = new SimulatedTime(Instant.EPOCH);
        try (Orchestrator pfm = Orchestrator.builder(InMemory.store(time), InMemory.blobs(time), foundation)
                .executor(Runnable::run, 1)
                .timer(time.timer())
                .build()) {
            pfm.namespaces().provision(ADA, List.of(SimulatedSite.MATH));
            Sha256 digest = pfm.adapters()
                    .register(
                            ADA,
                            SimulatedSite.MATH,
                            TinyAdapters.plain(foundation.model("r1"), adapter, "c_attn")
                                    .files())
                    .digest();
            adapters.put(digest, adapter);
            pfm.merges().mergeNow(ADA);
            return pfm.checkpoints().latest(ADA).orElseThrow().variants().get(0).contentHash();
        }
    }

    private SimulatedFoundation upTo(String release) {
        SimulatedTime time = new SimulatedTime(Instant.EPOCH);
        SimulatedFoundation foundation = new SimulatedFoundation(time, seed);
        while (!foundation.newest().equals(release)) {
            foundation.releaseAt(time.instant());
        }
        return foundation;
    }
}

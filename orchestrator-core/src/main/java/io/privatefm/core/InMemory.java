/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.memory.InMemoryBlobs;
import io.privatefm.core.memory.InMemoryStore;
import io.privatefm.core.memory.InMemoryVault;
import io.privatefm.core.memory.InProcessBus;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.store.OrchestratorStore;
import java.time.InstantSource;

/** Stores that live and die with the process: for tests and first steps. */
public final class InMemory {
    private InMemory() {}

    /** An empty transactional store. */
    public static OrchestratorStore store() {
        return store(InstantSource.system());
    }

    /** An empty transactional store whose leases go by this clock. */
    public static OrchestratorStore store(InstantSource clock) {
        return new InMemoryStore(clock);
    }

    /** An empty blob store. */
    public static BlobStore blobs() {
        return blobs(InstantSource.system());
    }

    /** An empty blob store whose blobs get their age from this clock. */
    public static BlobStore blobs(InstantSource clock) {
        return new InMemoryBlobs(clock);
    }

    /**
     * A bus inside this process. Publishing delivers on the calling thread; if a handler throws at three deliveries in a row,
     * publishing fails with {@link io.privatefm.spi.UnavailableException}.
     */
    public static EventBus bus() {
        return new InProcessBus();
    }

    /** A vault without keys. */
    public static KeyVault vault() {
        return vault(InstantSource.system());
    }

    /** A vault without keys whose receipts go by this clock. */
    public static KeyVault vault(InstantSource clock) {
        return new InMemoryVault(clock);
    }
}

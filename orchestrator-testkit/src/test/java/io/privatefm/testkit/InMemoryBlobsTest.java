/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import io.privatefm.core.memory.InMemoryBlobs;
import io.privatefm.spi.blob.BlobStore;
import java.time.InstantSource;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The in-memory blob store")
class InMemoryBlobsTest extends BlobStoreContract {
    @Override
    protected BlobStore emptyStore() {
        return new InMemoryBlobs(InstantSource.system());
    }
}

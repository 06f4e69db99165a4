/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import io.privatefm.spi.blob.BlobStore;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The simulated blob store, without faults")
class SimulatedBlobsTest extends BlobStoreContract {
    @Override
    protected BlobStore emptyStore() {
        return new SimulatedBlobs(InstantSource.system(), new Random(1));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.testkit.OrchestratorStoreContract;

// region store-test
class SnapshotStoreTest extends OrchestratorStoreContract {
    @Override
    protected OrchestratorStore emptyStore() {
        return new SnapshotStore();
    }
}
// endregion

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import io.privatefm.core.InMemory;
import io.privatefm.spi.store.OrchestratorStore;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The in-memory store")
class InMemoryStoreTest extends OrchestratorStoreContract {
    @Override
    protected OrchestratorStore emptyStore() {
        return InMemory.store();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import io.privatefm.core.InMemory;
import io.privatefm.spi.keys.KeyVault;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The in-memory key vault")
class InMemoryVaultTest extends KeyVaultContract {
    @Override
    protected KeyVault emptyVault() {
        return InMemory.vault();
    }
}

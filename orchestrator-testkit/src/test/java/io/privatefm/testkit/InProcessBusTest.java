/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import io.privatefm.core.memory.InProcessBus;
import io.privatefm.spi.bus.EventBus;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The in-process bus")
class InProcessBusTest extends EventBusContract {
    @Override
    protected EventBus bus() {
        return new InProcessBus();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import java.util.Optional;

/** What operators, or the engine itself, have stopped, for all processes that use the store. */
public interface SwitchTable {
    /** Name of what stops nights. */
    String NIGHTS = "nights";

    /** Name of what stops fallbacks. */
    String FALLBACKS = "fallbacks";

    /** Why something is stopped; empty if it is not. */
    Optional<SwitchRow> find(String name);

    /** Stops something. What is stopped already stays as it is. */
    void put(SwitchRow row);

    /** Lets something go on; nothing happens if it is not stopped. */
    void remove(String name);
}

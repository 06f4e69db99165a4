/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import io.privatefm.core.InMemory;

/** No database: the share of everything else. */
final class MemoryDatabase implements Database {
    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String setting() {
        return "the in-memory store, nothing is durable";
    }

    @Override
    public OpenStore emptyStore() {
        return new OpenStore(InMemory.store(), new Traffic(), () -> {});
    }

    @Override
    public void close() {
        // nothing was started
    }
}

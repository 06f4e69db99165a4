/* SPDX-License-Identifier: Apache-2.0 */
/** Micrometer meters of an orchestrator. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // Micrometer's jar has no descriptor
module io.privatefm.metrics.micrometer {
    requires transitive io.privatefm.spi;
    requires transitive micrometer.core;
    requires static org.jspecify;

    exports io.privatefm.metrics.micrometer;
}

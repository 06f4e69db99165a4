/* SPDX-License-Identifier: Apache-2.0 */
/** Micrometer meters of an orchestrator. */
@org.jspecify.annotations.NullMarked
module io.privatefm.metrics.micrometer {
    requires transitive io.privatefm.spi;
    requires transitive micrometer.core;
    requires static org.jspecify;

    exports io.privatefm.metrics.micrometer;
}

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The contracts a plug-in implements: value records, typed errors and interfaces. No behaviour but defaults, no dependency besides
 * the jspecify annotations.
 */
@org.jspecify.annotations.NullMarked
module io.privatefm.spi {
    requires static transitive org.jspecify;

    exports io.privatefm.spi;
    exports io.privatefm.spi.adapter;
    exports io.privatefm.spi.audit;
    exports io.privatefm.spi.blob;
    exports io.privatefm.spi.bus;
    exports io.privatefm.spi.checkpoint;
    exports io.privatefm.spi.files;
    exports io.privatefm.spi.foundation;
    exports io.privatefm.spi.guardian;
    exports io.privatefm.spi.keys;
    exports io.privatefm.spi.limit;
    exports io.privatefm.spi.merge;
    exports io.privatefm.spi.observe;
    exports io.privatefm.spi.recovery;
    exports io.privatefm.spi.schedule;
    exports io.privatefm.spi.store;
}

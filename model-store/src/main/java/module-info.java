/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Stores in local directories: frozen foundation releases, trained adapters, content-addressed blobs, and the anchors of
 * the audit log. Bytes only; nothing is parsed here except the list of releases.
 */
@org.jspecify.annotations.NullMarked
module io.privatefm.modelstore {
    requires transitive io.privatefm.spi;
    requires static org.jspecify;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;

    exports io.privatefm.modelstore;
}

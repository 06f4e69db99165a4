/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Stores in local directories, and foundations on HTTP servers: frozen foundation releases, trained adapters, content-addressed blobs, the anchors of the
 * audit log, and namespace keys. Bytes only; no model is parsed here.
 */
@org.jspecify.annotations.NullMarked
module io.privatefm.modelstore {
    requires transitive io.privatefm.spi;
    requires static org.jspecify;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires java.net.http;

    exports io.privatefm.modelstore;
}

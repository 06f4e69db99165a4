/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.spi.store.AdapterRow;
import java.time.Instant;
import java.util.Optional;

/** An adapter's revision as callers see it. */
record AdapterView(
        String subject,
        int revision,
        String digest,
        String configBlob,
        String weightsBlob,
        Optional<String> trainedOn,
        Instant registeredAt,
        boolean setAside) {
    static AdapterView of(AdapterRow row) {
        return new AdapterView(
                row.subject().value(),
                row.revision(),
                row.digest().hex(),
                row.configBlob().hex(),
                row.weightsBlob().hex(),
                row.trainedOn().map(Object::toString),
                row.registeredAt(),
                row.setAside());
    }

    /** Its entity tag. */
    static String tag(AdapterRow row) {
        return "\"" + row.revision() + "-" + row.digest().hex().substring(0, 16) + "\"";
    }
}

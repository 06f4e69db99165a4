/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.home;

import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.modelstore.FoundationLocation;
import io.privatefm.spi.foundation.FoundationStore;
import java.nio.file.Path;
import java.util.Optional;

/** The foundation that a data directory's models are made from: its own, or elsewhere. */
public final class HomeFoundation {
    private HomeFoundation() {}

    /**
     * Opens it; a server is not asked yet.
     *
     * @param location empty for the data directory's own
     * @param key for a server
     * @throws io.privatefm.spi.InvalidInputException if the location is none, or a directory is not there
     */
    public static FoundationStore open(Path home, Optional<String> location, Optional<String> key) {
        return location.isPresent()
                ? FoundationLocation.open(location.get(), key, home.resolve("foundation-cache"))
                : FoundationDirectory.at(DataDirectory.foundation(home));
    }
}

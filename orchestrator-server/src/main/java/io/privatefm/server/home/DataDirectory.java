/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.home;

import java.nio.file.Path;

/** Where things lie in a data directory, and beside it. */
public final class DataDirectory {
    private DataDirectory() {}

    /** Its foundation releases. */
    public static Path foundation(Path home) {
        return home.resolve("foundation");
    }

    /** A folder beside it, of its name with something added, for what must not lie in it. */
    public static Path beside(Path home, String suffix) {
        Path absolute = home.toAbsolutePath().normalize();
        return absolute.resolveSibling(absolute.getFileName() + suffix);
    }
}

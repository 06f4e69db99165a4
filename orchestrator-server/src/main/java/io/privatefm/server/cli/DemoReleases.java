/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.server.home.DataDirectory;
import io.privatefm.server.home.HomeFile;
import io.privatefm.spi.foundation.FoundationRelease;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The later releases of the small trained foundation, which come to a demo's data directory as a training team would bring them: each whole, by one move. */
final class DemoReleases {
    private static final String PREFIX = "foundation/";

    private DemoReleases() {}

    /**
     * Adds those that are not there; none to a directory with a {@code releases.json}, which lists what an operator imported.
     *
     * @param turn so that no other process does the same
     * @return the names of those that were added
     */
    static List<String> add(Path home, DemoTurn turn) throws IOException {
        turn.requireHeld();
        Path foundation = DataDirectory.foundation(home);
        List<String> added = new ArrayList<>();
        if (Files.exists(foundation.resolve("releases.json"))) {
            return added;
        }
        for (String release : bundled()) {
            Path place = foundation.resolve(release);
            if (!Files.exists(place)) {
                Path staged = home.resolve("release.tmp"); // perhaps with files of a demo that died: they are replaced
                for (String name : DemoHome.contents()) {
                    if (name.startsWith(PREFIX + release + "/")) {
                        try (InputStream in = DemoHome.open(name)) {
                            HomeFile.write(staged.resolve(Path.of(name).getFileName()), in.readAllBytes());
                        }
                    }
                }
                Files.move(staged, place, StandardCopyOption.ATOMIC_MOVE);
                added.add(release);
            }
        }
        return added;
    }

    /** All that a data directory has, oldest first. */
    static List<FoundationRelease> present(Path home) {
        return FoundationDirectory.at(DataDirectory.foundation(home)).releases();
    }

    private static Set<String> bundled() throws IOException {
        Set<String> names = new TreeSet<>();
        for (String name : DemoHome.contents()) {
            if (name.startsWith(PREFIX)) {
                names.add(name.split("/", -1)[1]);
            }
        }
        return names;
    }
}

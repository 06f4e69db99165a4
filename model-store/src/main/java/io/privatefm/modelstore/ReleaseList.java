/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.foundation.FoundationRelease;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@code releases.json}, oldest release first:
 *
 * <pre>{"releases": [{"name": "release-1", "path": "r1", "content_hash": "64 hex digits, optional"}]}</pre>
 *
 * Names are unique; paths stay inside the directory. Strict: UTF-8 without byte order mark, no duplicate or unknown
 * fields, no trailing text, at most 1 MiB.
 */
final class ReleaseList {
    static final String FILE = "releases.json";

    private static final String RELEASES = "releases";
    private static final String NAME = "name";
    private static final String PATH = "path";
    private static final String CONTENT_HASH = "content_hash";
    private static final StrictJson JSON = new StrictJson(FILE, 8);

    private final Path root;
    private final List<ListedRelease> releases = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    private ReleaseList(Path root) {
        this.root = root;
    }

    /**
     * Reads the list of a foundation directory.
     *
     * @param root the directory that paths must stay in
     * @throws InvalidInputException ({@link ErrorCode#MODEL_INVALID}) naming the field at fault
     */
    static List<ListedRelease> read(ModelFiles files, Path root) {
        return parse(bytes(files), root);
    }

    /**
     * Reads a list.
     *
     * @param root tells what a path looks like on its file system
     * @throws InvalidInputException ({@link ErrorCode#MODEL_INVALID}) naming the field at fault
     */
    static List<ListedRelease> parse(ByteBuffer text, Path root) {
        ReleaseList list = new ReleaseList(root);
        JsonNode document = JSON.object(JSON.parse(text), null, Set.of(RELEASES));
        JSON.array(document, RELEASES).forEach(list::add);
        return List.copyOf(list.releases);
    }

    private void add(JsonNode entry) {
        String at = RELEASES + "[" + releases.size() + "]";
        JSON.object(entry, at, Set.of(NAME, PATH, CONTENT_HASH));
        String name = JSON.text(entry, at, NAME);
        if (name.isEmpty()) {
            throw JSON.refused(at + "." + NAME, "must not be empty");
        }
        if (!names.add(name)) {
            throw JSON.refused(at + "." + NAME, "'" + Failures.shown(name) + "' is there twice");
        }
        String path = JSON.text(entry, at, PATH);
        ConfinedPath.requireForm(path, root, reason -> JSON.refused(at + "." + PATH, reason));
        Optional<Sha256> hash =
                entry.has(CONTENT_HASH) ? Optional.of(JSON.hash(entry, at, CONTENT_HASH)) : Optional.empty();
        releases.add(new ListedRelease(new FoundationRelease(releases.size() + 1, name, hash), path));
    }

    private static ByteBuffer bytes(ModelFiles files) {
        try (RangedFile file = files.open(FILE)) {
            if (file.size() > StrictJson.MAX_BYTES) {
                throw JSON.refused(null, "longer than " + StrictJson.MAX_BYTES + " bytes: " + file.size());
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return bytes.flip();
        }
    }
}

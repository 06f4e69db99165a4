/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects the files that a list names, and refuses names that are no plain file names or that are there twice. */
final class RemoteFiles {
    private final StrictJson json;
    private final Path root;
    private final List<RemoteFile> files = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /**
     * No files yet.
     *
     * @param json the list, for errors
     * @param root tells what a name looks like on its file system
     */
    RemoteFiles(StrictJson json, Path root) {
        this.json = json;
        this.root = root;
    }

    /** A name that may be used, once. */
    String claim(String name, String field) {
        if (name.equals(".") || name.contains("/") || name.contains("\\")) {
            throw json.refused(field, "must be a plain file name");
        }
        ConfinedPath.requireForm(name, root, reason -> json.refused(field, reason));
        if (!names.add(name)) {
            throw json.refused(field, "'" + Failures.shown(name) + "' is there twice");
        }
        return name;
    }

    void add(RemoteFile file) {
        files.add(file);
    }

    /** The files, at least one. */
    List<RemoteFile> all() {
        if (files.isEmpty()) {
            throw json.refused(null, "names no file");
        }
        return List.copyOf(files);
    }
}

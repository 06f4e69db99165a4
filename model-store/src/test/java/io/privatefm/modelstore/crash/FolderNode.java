/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A folder. */
final class FolderNode extends Node {
    private final Map<String, Node> entries;
    private final Map<String, Node> forced;
    private final List<Change> changes = new ArrayList<>();

    /** A folder with what is on the disk. */
    FolderNode(int id, Map<String, Node> entries) {
        super(id);
        this.entries = new TreeMap<>(entries);
        this.forced = new TreeMap<>(entries);
    }

    /** What processes see. */
    Map<String, Node> entries() {
        return entries;
    }

    /** What is on the disk for sure. */
    Map<String, Node> forced() {
        return forced;
    }

    /** What was done since, in that order. */
    List<Change> changes() {
        return changes;
    }

    void apply(Change change) {
        apply(change, entries);
        changes.add(change);
    }

    static void apply(Change change, Map<String, Node> entries) {
        if (change.node() == null) {
            entries.remove(change.name());
        } else {
            entries.put(change.name(), change.node());
        }
    }

    @Override
    void force() {
        forced.clear();
        forced.putAll(entries);
        changes.forEach(change -> change.move().force());
        changes.clear();
    }

    @Override
    public boolean isDirectory() {
        return true;
    }

    @Override
    public long size() {
        return 0;
    }
}

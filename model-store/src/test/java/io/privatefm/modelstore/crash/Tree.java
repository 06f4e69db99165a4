/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** The nodes of a file system, the operations on them, and when the power is cut. Used by one thread. */
final class Tree {
    private final FolderNode root;
    private final Set<Flaw> flaws;
    private int nextId;
    private long left = Long.MAX_VALUE;

    Tree(FolderNode root, int nextId, Set<Flaw> flaws) {
        this.root = root;
        this.nextId = nextId;
        this.flaws = flaws;
    }

    static Tree empty(Set<Flaw> flaws) {
        return new Tree(new FolderNode(0, Map.of()), 1, flaws.isEmpty() ? Set.of() : EnumSet.copyOf(flaws));
    }

    /** What a power loss may leave. */
    Tree crashed(long seed) {
        Survivors survivors = new Survivors(seed, !flaws.contains(Flaw.MOVES_TORN));
        return new Tree(survivors.of(root), nextId, flaws);
    }

    /** The same nodes, with power. */
    Tree killed() {
        return new Tree(root, nextId, flaws);
    }

    /** Cuts the power in place of the operation that comes after so many others. */
    void cutAfter(long operations) {
        left = operations;
    }

    /** Counts an operation that changes something; nothing at all works once the power is cut. */
    void step() {
        if (left-- <= 0) {
            left = 0;
            throw new PowerCut();
        }
    }

    void requirePower() {
        if (left <= 0) {
            throw new PowerCut();
        }
    }

    Node find(CrashPath path) throws IOException {
        requirePower();
        Node at = root;
        for (String name : path.names()) {
            if (!(at instanceof FolderNode folder)) {
                throw new NotDirectoryException(path.toString());
            }
            at = folder.entries().get(name);
            if (at == null) {
                throw new NoSuchFileException(path.toString());
            }
        }
        return at;
    }

    FolderNode folder(CrashPath path) throws IOException {
        if (find(path) instanceof FolderNode folder) {
            return folder;
        }
        throw new NotDirectoryException(path.toString());
    }

    FileNode createFile(CrashPath path) throws IOException {
        FileNode file = new FileNode(nextId++);
        add(path, file, operation());
        return file;
    }

    void createFolder(CrashPath path) throws IOException {
        add(path, new FolderNode(nextId++, Map.of()), operation());
    }

    void link(CrashPath path, CrashPath existing) throws IOException {
        add(path, find(existing), operation());
    }

    /** Moves a file, in place of what has the new name. */
    void move(CrashPath from, CrashPath to) throws IOException {
        Node node = find(from);
        FolderNode source = folder(from.getParent());
        FolderNode target = folder(to.getParent());
        if (target.entries().get(to.name()) == node) {
            return; // two names of one file: rename(2) leaves both
        }
        step();
        Move move = operation();
        source.apply(new Change(from.name(), null, move));
        target.apply(new Change(to.name(), node, move));
    }

    void delete(CrashPath path) throws IOException {
        if (find(path) instanceof FolderNode folder && !folder.entries().isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        step();
        folder(path.getParent()).apply(new Change(path.name(), null, operation()));
    }

    void force(Node node) {
        step();
        if (!flaws.contains(node.isDirectory() ? Flaw.FOLDERS_NOT_FORCED : Flaw.FILES_NOT_FORCED)) {
            node.force();
        }
    }

    private void add(CrashPath path, Node node, Move operation) throws IOException {
        FolderNode parent = folder(path.getParent());
        if (parent.entries().containsKey(path.name())) {
            throw new FileAlreadyExistsException(path.toString());
        }
        step();
        parent.apply(new Change(path.name(), node, operation));
    }

    private Move operation() {
        return new Move(nextId++);
    }
}

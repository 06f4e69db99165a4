/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A file system in memory that knows what of it is on the disk for sure, and what a power loss may take. It does what
 * the stores of this module need, and nothing else. Used by one thread.
 */
public final class CrashFileSystem extends FileSystem {
    private final Tree tree;
    private long usableSpace = Long.MAX_VALUE;

    private CrashFileSystem(Tree tree) {
        this.tree = tree;
    }

    /** An empty one. */
    public static CrashFileSystem empty(Set<Flaw> flaws) {
        return new CrashFileSystem(Tree.empty(flaws));
    }

    /** Cuts the power in place of the change that comes after so many others; each call then throws {@link PowerCut}. */
    public void cutAfter(long changes) {
        tree.cutAfter(changes);
    }

    /** What a power loss may leave; the seed decides. */
    public CrashFileSystem crashed(long seed) {
        return new CrashFileSystem(tree.crashed(seed));
    }

    /** What the next process sees if this one was killed and the power stayed: everything, forced or not. */
    public CrashFileSystem killed() {
        return new CrashFileSystem(tree.killed());
    }

    /** Sets how much room is left. */
    public void setUsableSpace(long bytes) {
        usableSpace = bytes;
    }

    Tree tree() {
        return tree;
    }

    FileStore store() {
        return new CrashFileStore(usableSpace);
    }

    @Override
    public Path getPath(String first, String... more) {
        List<String> names = new ArrayList<>();
        for (String name : first.split("/", -1)) {
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        CrashPath path = new CrashPath(this, first.startsWith("/"), names);
        for (String next : more) {
            path = path.resolve(getPath(next));
        }
        return path;
    }

    @Override
    public CrashFileSystemProvider provider() {
        return CrashFileSystemProvider.INSTANCE;
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return Set.of("basic", "posix");
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return "/";
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return List.of(getPath("/"));
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return List.of(store());
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
        throw new UnsupportedOperationException();
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        throw new UnsupportedOperationException();
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}

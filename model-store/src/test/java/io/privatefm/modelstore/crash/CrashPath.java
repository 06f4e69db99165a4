/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.io.IOException;
import java.net.URI;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;

/**
 * A path of a {@link CrashFileSystem}, with {@code /} and without links.
 *
 * @param names its segments; none for the root
 */
record CrashPath(CrashFileSystem fileSystem, boolean absolute, List<String> names) implements Path {
    String name() {
        return names.get(names.size() - 1);
    }

    @Override
    public CrashFileSystem getFileSystem() {
        return fileSystem;
    }

    @Override
    public boolean isAbsolute() {
        return absolute;
    }

    @Override
    public CrashPath getRoot() {
        return absolute ? new CrashPath(fileSystem, true, List.of()) : null;
    }

    @Override
    public CrashPath getFileName() {
        return names.isEmpty() ? null : getName(names.size() - 1);
    }

    @Override
    public CrashPath getParent() {
        if (names.isEmpty() || (!absolute && names.size() == 1)) {
            return null;
        }
        return new CrashPath(fileSystem, absolute, names.subList(0, names.size() - 1));
    }

    @Override
    public int getNameCount() {
        return names.size();
    }

    @Override
    public CrashPath getName(int index) {
        return subpath(index, index + 1);
    }

    @Override
    public CrashPath subpath(int begin, int end) {
        return new CrashPath(fileSystem, false, names.subList(begin, end));
    }

    @Override
    public boolean startsWith(Path other) {
        return other instanceof CrashPath path
                && path.absolute == absolute
                && path.names.size() <= names.size()
                && names.subList(0, path.names.size()).equals(path.names);
    }

    @Override
    public boolean endsWith(Path other) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CrashPath normalize() {
        return this;
    }

    @Override
    public CrashPath resolve(Path other) {
        CrashPath path = (CrashPath) other;
        if (path.absolute) {
            return path;
        }
        List<String> all = new ArrayList<>(names);
        all.addAll(path.names);
        return new CrashPath(fileSystem, absolute, all);
    }

    @Override
    public CrashPath relativize(Path other) {
        throw new UnsupportedOperationException();
    }

    @Override
    public URI toUri() {
        return URI.create("crash://" + this);
    }

    @Override
    public CrashPath toAbsolutePath() {
        return absolute ? this : new CrashPath(fileSystem, true, names);
    }

    @Override
    public CrashPath toRealPath(LinkOption... options) throws IOException {
        CrashPath real = toAbsolutePath();
        fileSystem.tree().find(real);
        return real;
    }

    @Override
    public WatchKey register(WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int compareTo(Path other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return (absolute ? "/" : "") + String.join("/", names);
    }
}

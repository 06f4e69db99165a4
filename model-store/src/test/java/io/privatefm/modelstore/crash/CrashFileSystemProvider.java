/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The operations of {@link java.nio.file.Files} on a {@link CrashFileSystem}. */
final class CrashFileSystemProvider extends FileSystemProvider {
    static final CrashFileSystemProvider INSTANCE = new CrashFileSystemProvider();

    private static Tree tree(Path path) {
        return ((CrashPath) path).fileSystem().tree();
    }

    @Override
    public String getScheme() {
        return "crash";
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        if (options.contains(StandardOpenOption.CREATE_NEW)) {
            return new CrashChannel(tree(path), tree(path).createFile((CrashPath) path));
        }
        Node node = tree(path).find((CrashPath) path);
        boolean locks = options.contains(StandardOpenOption.WRITE); // files are written once
        return node instanceof FileNode file && !locks
                ? new CrashChannel(tree(path), file)
                : new BareChannel(tree(path), node);
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        List<Path> accepted = new ArrayList<>();
        for (String name : tree(folder).folder((CrashPath) folder).entries().keySet()) {
            Path entry = folder.resolve(name);
            if (filter.accept(entry)) {
                accepted.add(entry);
            }
        }
        return new Listing(accepted);
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        tree(folder).createFolder((CrashPath) folder);
    }

    @Override
    public void createLink(Path link, Path existing) throws IOException {
        tree(link).link((CrashPath) link, (CrashPath) existing);
    }

    @Override
    public void delete(Path path) throws IOException {
        tree(path).delete((CrashPath) path);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        if (!List.of(options).equals(List.of(StandardCopyOption.ATOMIC_MOVE))) {
            throw new UnsupportedOperationException("moves are atomic");
        }
        tree(source).move((CrashPath) source, (CrashPath) target);
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        tree(path).find((CrashPath) path);
        return ((CrashPath) path).fileSystem().store();
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        tree(path).find((CrashPath) path);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        return type.cast(tree(path).find((CrashPath) path));
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        return type == PosixFileAttributeView.class ? type.cast(new CrashPermissions(tree(path))) : null;
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
        return tree(path).find((CrashPath) path) == tree(other).find((CrashPath) other);
    }

    @Override
    public boolean isHidden(Path path) {
        return false;
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
        throw new UnsupportedOperationException();
    }
}

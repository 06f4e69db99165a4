/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.foundation;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
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
import java.nio.file.PathMatcher;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;

/** Fixture: the default file system, looked at: notes every opening, notes and refuses everything that changes something. */
final class WatchedFileSystem extends FileSystem {
    /** File names that were opened for reading. */
    final List<String> reads = new CopyOnWriteArrayList<>();

    /** What would have changed something. */
    final List<String> changes = new CopyOnWriteArrayList<>();

    private final Watching provider = new Watching();

    /** A path that leads through here, and every path that it leads to. */
    Path watch(Path real) {
        return wrap(real);
    }

    private Path wrap(Path real) {
        return (Path) Proxy.newProxyInstance(
                WatchedFileSystem.class.getClassLoader(), new Class<?>[] {Path.class}, new Watched(real));
    }

    private static Path real(Path path) {
        return (Path) realOf(path);
    }

    private static Object realOf(Object value) {
        return value instanceof Path && Proxy.isProxyClass(value.getClass())
                ? ((Watched) Proxy.getInvocationHandler(value)).real
                : value;
    }

    private IllegalStateException refuse(String change) {
        changes.add(change);
        throw new ReadOnlyFileSystemException();
    }

    /** A path; all that it says comes from the real one. */
    private final class Watched implements InvocationHandler {
        private final Path real;

        Watched(Path real) {
            this.real = real;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
            if (method.getName().equals("getFileSystem")) {
                return WatchedFileSystem.this;
            }
            Object[] realArgs = args == null
                    ? null
                    : Arrays.stream(args).map(WatchedFileSystem::realOf).toArray();
            Object result;
            try {
                result = method.invoke(real, realArgs);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
            if (result instanceof Iterator<?> parts) {
                List<Path> all = new ArrayList<>();
                parts.forEachRemaining(part -> all.add(wrap((Path) part)));
                return all.iterator();
            }
            return result instanceof Path path ? wrap(path) : result;
        }
    }

    private final class Watching extends FileSystemProvider {
        private final FileSystemProvider to = Path.of("").getFileSystem().provider();

        @Override
        public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            note(path, options);
            return to.newFileChannel(real(path), options, attributes);
        }

        @Override
        public SeekableByteChannel newByteChannel(
                Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
            note(path, options);
            return to.newByteChannel(real(path), options, attributes);
        }

        private void note(Path path, Set<? extends OpenOption> options) {
            for (OpenOption option : options) {
                if (option != StandardOpenOption.READ && option != LinkOption.NOFOLLOW_LINKS) {
                    throw refuse("open " + path + " with " + options);
                }
            }
            reads.add(String.valueOf(path.getFileName()));
        }

        @Override
        public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter)
                throws IOException {
            DirectoryStream<Path> entries = to.newDirectoryStream(real(directory), entry -> filter.accept(wrap(entry)));
            return new DirectoryStream<>() {
                @Override
                public Iterator<Path> iterator() {
                    return StreamSupport.stream(entries.spliterator(), false)
                            .map(WatchedFileSystem.this::wrap)
                            .iterator();
                }

                @Override
                public void close() throws IOException {
                    entries.close();
                }
            };
        }

        @Override
        public void createDirectory(Path directory, FileAttribute<?>... attributes) {
            throw refuse("create directory " + directory);
        }

        @Override
        public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes) {
            throw refuse("create link " + link);
        }

        @Override
        public void createLink(Path link, Path existing) {
            throw refuse("create link " + link);
        }

        @Override
        public void delete(Path path) {
            throw refuse("delete " + path);
        }

        @Override
        public void copy(Path source, Path target, CopyOption... options) {
            throw refuse("copy " + source + " to " + target);
        }

        @Override
        public void move(Path source, Path target, CopyOption... options) {
            throw refuse("move " + source + " to " + target);
        }

        @Override
        public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
            throw refuse("set " + attribute + " of " + path);
        }

        @Override
        public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
            throw refuse("a view of " + path + ", by which attributes can be set");
        }

        @Override
        public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
                throws IOException {
            return to.readAttributes(real(path), type, options);
        }

        @Override
        public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
                throws IOException {
            return to.readAttributes(real(path), attributes, options);
        }

        @Override
        public void checkAccess(Path path, AccessMode... modes) throws IOException {
            to.checkAccess(real(path), modes);
        }

        @Override
        public boolean isSameFile(Path path, Path other) throws IOException {
            return to.isSameFile(real(path), real(other));
        }

        @Override
        public boolean isHidden(Path path) throws IOException {
            return to.isHidden(real(path));
        }

        @Override
        public FileStore getFileStore(Path path) throws IOException {
            return to.getFileStore(real(path));
        }

        @Override
        public String getScheme() {
            return "watched";
        }

        @Override
        public FileSystem newFileSystem(URI uri, Map<String, ?> settings) {
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
    }

    @Override
    public FileSystemProvider provider() {
        return provider;
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return true;
    }

    @Override
    public String getSeparator() {
        return Path.of("").getFileSystem().getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return List.of(wrap(Path.of("/")));
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return List.of();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return Path.of("").getFileSystem().supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
        return wrap(Path.of(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String pattern) {
        PathMatcher matcher = Path.of("").getFileSystem().getPathMatcher(pattern);
        return path -> matcher.matches(real(path));
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        throw new UnsupportedOperationException();
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.files.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * A local file, open read-only. Reads are positional, so several threads may read at once. A thread that is interrupted
 * while it reads closes the file for all of them (as NIO does); each then gets an {@link UnavailableException} and may
 * open the file again.
 */
final class LocalFile implements RangedFile {
    /** What goes into a heap buffer is copied through a direct one that the JDK keeps for each thread: a small one. */
    static final int STEP = 1 << 20;

    private final Path path;
    private final FileChannel channel;
    private final long size;

    private LocalFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    /** Opens a file that is not a symbolic link; its links are resolved, or refused, by the caller. */
    static LocalFile open(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        try {
            return new LocalFile(path, channel, channel.size());
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public long size() {
        return size;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IndexOutOfBoundsException if the range is not inside the file
     */
    @Override
    public void read(long position, ByteBuffer target) {
        Objects.checkFromIndexSize(position, (long) target.remaining(), size);
        long from = position;
        while (target.hasRemaining()) {
            int read = readOnce(from, target.slice(target.position(), Math.min(target.remaining(), STEP)));
            if (read <= 0) {
                throw new CorruptDataException(Failures.shown(path) + ": ends at or before byte " + from + ", but had "
                        + size + " bytes when it was opened");
            }
            target.position(target.position() + read);
            from += read;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw Failures.unavailable("close", path, e);
        }
    }

    private int readOnce(long position, ByteBuffer target) {
        try {
            return channel.read(target, position);
        } catch (IOException e) {
            throw Failures.unavailable("read", path, e);
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The beginning of a file, as far as it is downloaded. What another process left of it is taken over, with the ETag that
 * it was downloaded under. Used by one thread.
 */
final class Part implements Closeable {
    private static final int STEP = 1 << 16;

    private final Path path;
    private final Path etagFile;
    private final RemoteFile file;
    private final FileChannel channel;
    private MessageDigest digest;
    private long size;
    private boolean pieced;

    private Part(Path path, Path etagFile, RemoteFile file, FileChannel channel) {
        this.path = path;
        this.etagFile = etagFile;
        this.file = file;
        this.channel = channel;
        this.digest = file.checksum().start(file.bytes());
    }

    /** Opens what there is of a file, or nothing. */
    static Part open(Path path, Path etagFile, RemoteFile file) {
        try {
            FileChannel channel = FileChannel.open(
                    path,
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS),
                    Permissions.file(path));
            Part part = new Part(path, etagFile, file, channel);
            try {
                part.takeOver();
                FreeSpace.require(Objects.requireNonNull(path.getParent()), file.bytes() - part.size);
                return part;
            } catch (IOException | RuntimeException | Error e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw Failures.unavailable("open", path, e);
        }
    }

    /** How many bytes there are. */
    long size() {
        return size;
    }

    /** Whether all bytes are there. */
    boolean isFull() {
        return size == file.bytes();
    }

    /** Whether the bytes came in more than one answer. */
    boolean isPieced() {
        return pieced;
    }

    /** The ETag that the bytes came under, if they did under one. */
    Optional<String> etag() {
        try {
            return Optional.of(Files.readString(etagFile, StandardCharsets.US_ASCII))
                    .filter(tag -> !tag.isEmpty());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failures.unavailable("read", etagFile, e);
        }
    }

    /** What follows comes in a new answer, under this ETag. */
    void begin(Optional<String> etag) {
        pieced |= size > 0;
        try {
            Files.writeString(etagFile, etag.orElse(""), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw Failures.unavailable("write", etagFile, e);
        }
    }

    /** Adds bytes, no more than are missing. */
    void write(ByteBuffer bytes) {
        digest.update(bytes.duplicate());
        try {
            while (bytes.hasRemaining()) {
                size += channel.write(bytes, size);
            }
        } catch (IOException e) {
            throw Failures.unavailable("write", path, e);
        }
    }

    /** Forgets all bytes. */
    void clear() {
        try {
            channel.truncate(0);
            Files.deleteIfExists(etagFile);
        } catch (IOException e) {
            throw Failures.unavailable("write", path, e);
        }
        digest = file.checksum().start(file.bytes());
        size = 0;
        pieced = false;
    }

    /** Whether the bytes hash to what is promised; asked once. */
    boolean isAsPromised() {
        return file.checksum().isOf(digest);
    }

    /** Gives the file its name, durably. */
    void place(Path target) {
        try {
            channel.force(true);
            channel.close();
            DurableFolder.move(path, target);
            Permissions.makeReadOnly(target);
            Files.deleteIfExists(etagFile);
        } catch (IOException e) {
            throw Failures.unavailable("store", target, e);
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

    private void takeOver() throws IOException {
        if (channel.size() > file.bytes()) {
            channel.truncate(0);
        }
        ByteBuffer buffer = ByteBuffer.allocate(STEP);
        while (channel.read(buffer, size) > 0) {
            size += buffer.flip().remaining();
            digest.update(buffer);
            buffer.clear();
        }
        pieced = size > 0;
    }
}

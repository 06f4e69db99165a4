/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;

/** A blob that is being written to a file of its own in the staging folder. Used by one thread at a time. */
final class StagedBlob implements BlobWriter {
    private enum State {
        OPEN,
        FAILED,
        COMMITTED,
        CLOSED
    }

    private final Path blobs;
    private final NsUid owner;
    private final Path staged;
    private final FileChannel channel;
    private final BlobDigest digest = new BlobDigest();
    private long length;
    private State state = State.OPEN;

    /** Takes over {@code channel}, open for writing on the empty file {@code staged}. */
    StagedBlob(Path blobs, NsUid owner, Path staged, FileChannel channel) {
        this.blobs = blobs;
        this.owner = owner;
        this.staged = staged;
        this.channel = channel;
    }

    static StagedBlob create(Path staging, Path blobs, NsUid owner, long expectedBytes) {
        Path staged = staging.resolve(owner + "-" + UUID.randomUUID() + ".tmp");
        try {
            FreeSpace.require(staging, expectedBytes);
            FileChannel channel = FileChannel.open(
                    staged, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), Permissions.file(staged));
            return new StagedBlob(blobs, owner, staged, channel);
        } catch (IOException e) {
            throw Failures.unavailable("create", staged, e);
        }
    }

    /**
     * {@inheritDoc} The buffer's position is then its limit.
     *
     * @throws IllegalStateException after an error, {@link #commit()} or {@link #close()}
     */
    @Override
    public void write(ByteBuffer bytes) {
        requireOpen();
        state = State.FAILED; // whatever stops this half-way, also an Error
        digest.add(bytes);
        length += bytes.remaining();
        try {
            while (bytes.hasRemaining()) {
                int step = Math.min(bytes.remaining(), LocalFile.STEP);
                bytes.position(bytes.position() + channel.write(bytes.slice(bytes.position(), step)));
            }
        } catch (IOException e) {
            throw Failures.unavailable("write", staged, e);
        }
        state = State.OPEN;
    }

    /**
     * {@inheritDoc}
     *
     * @throws io.privatefm.spi.CorruptDataException if the namespace has a blob of this name with other bytes; it is
     *     left as it is
     * @throws IllegalStateException after an error, {@code commit()} or {@link #close()}
     */
    @Override
    public Sha256 commit() {
        requireOpen();
        state = State.FAILED;
        try {
            makeDurable();
            BlobPath target = BlobPath.of(blobs, owner, digest.finish());
            place(target);
            state = State.COMMITTED;
            return target.name();
        } finally {
            discardQuietly();
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws UnavailableException if the staging file cannot be deleted
     */
    @Override
    public void close() {
        if (state == State.COMMITTED || state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        try {
            discard();
        } catch (IOException e) {
            throw Failures.unavailable("delete", staged, e);
        }
    }

    /** After a failed force nobody knows what is on the disk, and a second one may lie: never retried on this file. */
    private void makeDurable() {
        try (channel) {
            Permissions.makeReadOnly(staged);
            channel.force(true);
        } catch (IOException e) {
            throw Failures.unavailable("make durable", staged, e);
        }
    }

    private void place(BlobPath target) {
        try {
            target.take(staged, length);
        } catch (IOException e) {
            throw Failures.unavailable("store", target.file(), e);
        }
    }

    private void discardQuietly() {
        try {
            discard();
        } catch (IOException ignored) {
            // what is left in the staging folder is in no blob's way; the outcome of the commit counts
        }
    }

    private void discard() throws IOException {
        try (channel) {
            Files.deleteIfExists(staged);
        }
    }

    private void requireOpen() {
        switch (state) {
            case OPEN -> {}
            case FAILED -> throw new IllegalStateException("this blob had an error; write it anew");
            case COMMITTED -> throw new IllegalStateException("this blob is committed");
            case CLOSED -> throw new IllegalStateException("this blob is closed");
        }
    }
}

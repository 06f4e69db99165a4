/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.hash.SegmentSink;
import io.privatefm.spi.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A new file, written from front to back and made durable by {@link #finish()}. */
final class OutputFile implements SegmentSink, AutoCloseable {
    private final Path path;
    private final FileChannel channel;

    OutputFile(Path path) {
        this.path = path;
        try {
            channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw OutputDirectory.unavailable(path, e);
        }
    }

    @Override
    public void write(byte[] bytes, int length) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw OutputDirectory.unavailable(path, e);
        }
    }

    /** Writes bytes and gives their SHA-256. */
    Sha256 writeHashed(byte[] bytes) {
        write(bytes, bytes.length);
        return Sha256.of(MerkleTree.sha256().digest(bytes));
    }

    /** Makes what was written durable. */
    void finish() {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw OutputDirectory.unavailable(path, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw OutputDirectory.unavailable(path, e);
        }
    }
}

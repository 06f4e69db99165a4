/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A new file, written from front to back and made durable by {@link #finish()}. */
final class OutputFile implements NewFile {
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

    /** Makes what was written durable. */
    @Override
    public void finish() {
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

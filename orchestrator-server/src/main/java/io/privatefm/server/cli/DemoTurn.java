/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** One of several demos in a data directory: the part that damages something is done by one after the other. Ends with its process. */
final class DemoTurn implements AutoCloseable {
    private static final String LOCK = "demo.lock";

    private final FileChannel channel;
    private final FileLock lock;

    private DemoTurn(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Waits for its turn.
     *
     * @throws UnavailableException if another demo does not come to its end
     */
    static DemoTurn take(Path home) throws IOException {
        FileChannel channel = FileChannel.open(home.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = Rounds.repeat(() -> tryLock(channel), Optional::isPresent)
                    .orElseThrow(() -> new UnavailableException("another demo is at work in " + home));
            return new DemoTurn(channel, lock);
        } catch (RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    void requireHeld() {
        if (!lock.isValid()) {
            throw new IllegalStateException("not this demo's turn");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close(); // and with it the lock
    }

    private static Optional<FileLock> tryLock(FileChannel channel) {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            return Optional.empty(); // of this process
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

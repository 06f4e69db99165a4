/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The right to change a vault's files, held by one thread of one process at a time, for moments. The operating system
 * locks a file, and lets go of it when the process ends, however it ends.
 *
 * @param file what is locked; it is there from {@link #create} on
 */
record VaultLock(Path file) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long PAUSE_MILLIS = 2;

    /**
     * Among the threads of this process, whichever vault is theirs: closing any channel of a file gives up the process's
     * locks on it (as POSIX has it), so one at a time may be open.
     */
    private static final ReentrantLock THREADS = new ReentrantLock();

    /** What is done while the lock is held. */
    @FunctionalInterface
    interface Action<T> {
        T call() throws IOException;
    }

    /** The same, without a result. */
    @FunctionalInterface
    interface Change {
        void run() throws IOException;
    }

    /** Creates the file that is locked, unless it is there. */
    void create() throws IOException {
        try {
            Files.createFile(file, Permissions.file(file));
        } catch (FileAlreadyExistsException e) {
            // one is enough
        }
    }

    void run(Change change) throws IOException {
        call(() -> {
            change.run();
            return file;
        });
    }

    /**
     * Waits until nobody else holds the lock, and then does something.
     *
     * @throws IOException what the action throws, or if nobody lets go of the lock in time, or it cannot be had
     */
    <T> T call(Action<T> action) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            if (!THREADS.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw held();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            await(channel, deadline);
            return action.call();
        } finally {
            THREADS.unlock();
        }
    }

    private void await(FileChannel channel, long deadline) throws IOException {
        while (!isLocked(channel)) {
            if (System.nanoTime() - deadline > 0) {
                throw held();
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            @Nullable FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // this class, loaded twice
        }
    }

    private IOException held() {
        return new FileSystemException(
                file.toString(), null, "another process has held it for " + PATIENCE.toSeconds() + " seconds");
    }

    private static IOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("the thread was interrupted");
    }
}

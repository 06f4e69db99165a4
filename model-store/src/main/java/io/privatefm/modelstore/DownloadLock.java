/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.modelstore.http.Pauses;
import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The right to download one release, held by one thread of one process at a time. The operating system locks a file,
 * and lets go of it when the process ends, however it ends. The file stays.
 *
 * @param file what is locked, by its real path
 */
record DownloadLock(Path file, Pauses pauses) {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int MAX_PAUSES = 3600;

    /** Among the threads of this process: closing any channel of a file gives up the process's locks on it. */
    private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    /**
     * Waits until nobody else holds the lock, and then does something.
     *
     * @throws UnavailableException if another process does not let go of it in an hour, or the lock cannot be had
     */
    <T> T call(Supplier<T> action) {
        ReentrantLock mine = THREADS.computeIfAbsent(file, path -> new ReentrantLock());
        try {
            mine.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        try (FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), Permissions.file(file))) {
            await(channel);
            return action.get();
        } catch (IOException e) {
            throw Failures.unavailable("lock", file, e);
        } finally {
            mine.unlock();
        }
    }

    private void await(FileChannel channel) throws IOException {
        for (int paused = 0; !isLocked(channel); paused++) {
            if (paused == MAX_PAUSES) {
                throw new UnavailableException("another process has held " + Failures.shown(file)
                        + " for an hour: it downloads the same release");
            }
            try {
                pauses.pause(PAUSE);
            } catch (InterruptedException e) {
                throw interrupted(e);
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

    private static UnavailableException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new UnavailableException("the thread was interrupted while another downloaded the same release", cause);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.http;

import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;

/** Counts the attempts at one thing, and pauses between them: half a second, and twice as long each time. */
public final class Attempts {
    /** An attempt that got so far is not counted: large files come over connections that break. */
    private static final long PROGRESS = 1 << 20;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final int MAX_DOUBLINGS = 6;

    private final int allowed;
    private final Pauses pauses;
    private int failed;

    Attempts(int allowed, Pauses pauses) {
        this.allowed = allowed;
        this.pauses = pauses;
    }

    /**
     * Counts an attempt that failed, and waits before the next.
     *
     * @param received bytes that it brought
     * @throws UnavailableException if there is none left
     */
    public void failed(URI uri, IOException failure, long received) {
        failed = received >= PROGRESS ? 0 : failed + 1;
        boolean interrupted = failure instanceof InterruptedIOException
                && Thread.currentThread().isInterrupted();
        if (failed >= allowed || interrupted) {
            throw unavailable(uri, failure);
        }
        try {
            pauses.pause(FIRST_PAUSE.multipliedBy(1L << Math.max(0, Math.min(failed - 1, MAX_DOUBLINGS))));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(uri, failure);
        }
    }

    private UnavailableException unavailable(URI uri, IOException failure) {
        String tries = failed > 1 ? " (" + failed + " attempts)" : "";
        return new UnavailableException(
                "cannot read " + Origin.shown(uri) + ": " + HttpSource.words(failure) + tries, failure);
    }
}

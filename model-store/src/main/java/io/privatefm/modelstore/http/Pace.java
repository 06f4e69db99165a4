/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.http;

import java.net.http.HttpTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The rate at which a body comes. A server that sends a byte now and then never runs into an idle timeout; it does into
 * this. Each window counts for itself, so a fast start buys no slow rest. Used by one thread.
 */
final class Pace {
    private final Patience patience;
    private final LongSupplier nanos;
    private long since;
    private long bytes;

    Pace(Patience patience, LongSupplier nanos) {
        this.patience = patience;
        this.nanos = nanos;
        this.since = nanos.getAsLong();
    }

    /**
     * Counts what came.
     *
     * @throws HttpTimeoutException if a window is over and too little came in it
     */
    void add(int received) throws HttpTimeoutException {
        bytes += received;
        long now = nanos.getAsLong();
        long elapsed = now - since;
        if (elapsed < patience.window().toNanos()) {
            return;
        }
        double seconds = (double) elapsed / TimeUnit.SECONDS.toNanos(1);
        if (bytes < patience.bytesPerSecond() * seconds) {
            throw new HttpTimeoutException("less than " + patience.bytesPerSecond() + " bytes per second came");
        }
        since = now;
        bytes = 0;
    }
}

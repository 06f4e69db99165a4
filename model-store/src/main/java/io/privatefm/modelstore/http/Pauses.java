/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.http;

import java.time.Duration;

/** Waiting between attempts. */
@FunctionalInterface
public interface Pauses {
    /** Lets the calling thread sleep. */
    Pauses SLEEP = duration -> Thread.sleep(duration.toMillis());

    /** Waits. */
    void pause(Duration duration) throws InterruptedException;
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.time.Duration;

/**
 * What a server takes on.
 *
 * @param threads most threads
 * @param requests most requests that are worked on at a time
 * @param waiting most requests that wait for that
 * @param connections most connections
 * @param headerBytes most bytes of a request's line and headers
 * @param idle how long a connection may be silent
 * @param header how long a request's line and headers may take
 * @param grace how long a body may take before its rate counts
 * @param bytesPerSecond how fast a body must come, on average
 * @param linger how long the rest of a body that nobody waited for is thrown away before its connection is closed
 * @param ending how long requests under way may take when the server stops
 */
record Bounds(
        int threads,
        int requests,
        int waiting,
        int connections,
        int headerBytes,
        Duration idle,
        Duration header,
        Duration grace,
        long bytesPerSecond,
        Duration linger,
        Duration ending) {
    static final Bounds STANDARD = new Bounds(
            64,
            40,
            200,
            512,
            8 << 10,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            1 << 10,
            Duration.ofSeconds(5),
            Duration.ofSeconds(20));
}

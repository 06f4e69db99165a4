/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import java.time.Duration;

/**
 * How {@link Operations} work.
 *
 * @param node how this process calls itself in the table; at most 50 characters are kept
 * @param threads how many operations run at a time
 * @param retryLimit how often a fallback is tried within one operation
 * @param polling how often it looks for what is due, and at operations of other processes that are watched
 * @param heartbeat how often it says that an operation still runs; a process that has not said so for four times as long counts as dead
 * @param pause before something is tried again, the first time; then twice as long each time, up to a minute
 * @param patience how long {@link Operations#close()} waits for what is running
 * @param watchers how many may watch at a time
 */
public record OperationSettings(
        String node,
        int threads,
        int retryLimit,
        Duration polling,
        Duration heartbeat,
        Duration pause,
        Duration patience,
        int watchers) {
    /** Two at a time; looks every second; a process counts as dead after 20 seconds. */
    public static OperationSettings of(String node, int retryLimit) {
        return new OperationSettings(
                node,
                2,
                retryLimit,
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                Duration.ofSeconds(15),
                200);
    }
}

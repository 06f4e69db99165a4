/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

/**
 * Why a night ended before all was done that was due. What it left is due still, and the next night's.
 *
 * @param reason for people
 */
public record EarlyEnd(Cause cause, String reason) {
    /** What ended it. New ones may be added. */
    public enum Cause {
        /** Somebody cancelled it. */
        CANCELLED,
        /** It was to end at this time. */
        DEADLINE,
        /** Nights are paused, for all processes of the store. */
        PAUSED,
        /** The process that was at it ends. */
        CLOSED
    }
}

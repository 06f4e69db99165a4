/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

/** Why a namespace falls back. */
public enum FallbackCause {
    /** Stored bytes of its newest checkpoint are damaged. */
    DAMAGE,
    /** Its foundation release is too far behind the newest. */
    LAG,
    /** An operator asked for it. */
    REQUEST,
    /** It is restored to an earlier checkpoint or time. */
    RESTORE
}

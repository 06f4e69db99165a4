/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.guardian;

/** What an authority decided. */
public sealed interface Decision {
    /**
     * The deletion may go ahead.
     *
     * @param method how the guardian was verified, for the audit log
     */
    record Granted(String method) implements Decision {}

    /**
     * It may not.
     *
     * @param reason for the audit log only; the caller is never told
     */
    record Denied(String reason) implements Decision {}
}

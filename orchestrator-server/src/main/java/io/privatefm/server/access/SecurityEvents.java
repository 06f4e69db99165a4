/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

/** Where unauthorised attempts are kept: the audit log, and from there the metrics. */
@FunctionalInterface
public interface SecurityEvents {
    /**
     * An attempt was refused.
     *
     * @param principal who it was, or {@code unknown}
     * @param action method and route template; names no learner
     * @param reason for operators; has no secret in it
     */
    void refused(String principal, String action, String reason);
}

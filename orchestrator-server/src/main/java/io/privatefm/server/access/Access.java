/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import java.util.function.LongSupplier;

/**
 * Decides who gets in. An attempt that does not is a security event: a line on the logger {@code io.privatefm.security}, and an entry
 * of the audit log. Safe for use by several threads at once.
 */
public final class Access {
    /** How many failed attempts from one address are answered as such, at once and then each minute. */
    public static final int FAILURES_PER_MINUTE = 20;

    /**
     * Lets in who has one of these keys.
     *
     * @param nanos a clock of nanoseconds that only goes forward, such as {@code System::nanoTime}
     */
    public Access(EnvironmentKeys environment, StoredKeys stored, SecurityEvents events, LongSupplier nanos) {
        throw new UnsupportedOperationException();
    }

    /**
     * Lets a caller in, or not.
     *
     * <p>{@link Scope#OPEN} asks for no key. {@link Scope#GUARDIAN} asks for a guardian's key and for the guardian's name; an API key that
     * is sent along must be right too. All else asks for an API key with that scope. From an address with too many failed attempts
     * nobody gets in, whatever they show, but for guardians with a right key.
     *
     * @param action method and route template, such as {@code POST /api/v1/namespaces/{learner_id}/merge}; names no learner
     * @param source the caller's address
     * @throws AccessException if not
     * @throws io.privatefm.spi.UnavailableException if the key may be a stored one, and the database does not answer
     */
    public Principal admit(Scope wanted, Credentials given, String action, String source) {
        throw new UnsupportedOperationException();
    }
}

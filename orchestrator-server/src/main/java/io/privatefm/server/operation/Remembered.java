/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

/** What is known of a request with an {@link IdempotencyKey}. */
public sealed interface Remembered {
    /**
     * It is to be done now, and {@link Idempotency#complete}, {@link Idempotency#abandon} or {@link Idempotency#leave} called after.
     *
     * @param again it was begun before, and nobody got to know what it led to: what it was to make may be there
     */
    record New(boolean again) implements Remembered {}

    /**
     * It was done.
     *
     * @param answer what {@link Idempotency#complete} was given: an id, never a learner's
     */
    record Same(String answer) implements Remembered {}

    /** The key was used for another request. */
    record Different() implements Remembered {}
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

/** What is known of a request with an {@link IdempotencyKey}. */
public sealed interface Remembered {
    /**
     * It is to be done now, and {@link Idempotency#complete} or {@link Idempotency#abandon} called after.
     *
     * @param again it was begun before by a process that did not get to an answer: what it was to make may be there
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

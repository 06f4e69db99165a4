/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

/**
 * An operation that was asked for.
 *
 * @param replayed it was asked for before, with the same {@link IdempotencyKey}
 */
public record Submitted(Operation operation, boolean replayed) {}

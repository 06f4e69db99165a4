/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.spi.ErrorCode;

/** What is said about an operation that an error ended. An error's own message may name the learner, and is in the log. */
final class ErrorDetail {
    private ErrorDetail() {}

    static String of(ErrorCode code) {
        return switch (code) {
            case NAMESPACE_NOT_FOUND -> "there is no namespace of this learner";
            case NAMESPACE_DELETED, KEY_DESTROYED -> "the learner was deleted";
            case CHECKPOINT_NOT_FOUND -> "there is no such checkpoint";
            case ADAPTER_INVALID, ADAPTER_UNSUPPORTED, ADAPTER_MISFIT, MODEL_INVALID, NOT_FINITE ->
                "an adapter or the foundation cannot be merged; register another revision of the adapter";
            case FOUNDATION_WRONG -> "the foundation release is not what it was; restore its files";
            case CORRUPT_DATA -> "stored bytes are not what was written; ask for a fallback";
            case WRONG_KEY -> "the key vault's keys are not those that the data is encrypted under";
            case UNKNOWN_FORMAT -> "stored bytes are of a later version's format";
            case CONFLICT, UNAVAILABLE, OUTCOME_UNKNOWN ->
                "the database, a store or the network did not answer, and not after several tries either; ask for it again";
            default -> "it could not be done; the log says why, under the operation's id";
        };
    }
}

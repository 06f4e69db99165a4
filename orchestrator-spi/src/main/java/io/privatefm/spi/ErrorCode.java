/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

/**
 * What went wrong, as a stable name for programs. {@link #kind()} says who can mend it, and is what the command line
 * turns into its exit code.
 */
public enum ErrorCode {
    /** An argument of a call is out of its documented range. */
    INVALID_ARGUMENT(Kind.BAD_INPUT),
    /** The set-up of an orchestrator is incomplete or contradicts itself. */
    CONFIGURATION(Kind.BAD_INPUT),
    /** A model directory or safetensors file breaks the format. */
    MODEL_INVALID(Kind.BAD_INPUT),
    /** An adapter's files break the PEFT format or contradict each other. */
    ADAPTER_INVALID(Kind.BAD_INPUT),
    /** An adapter uses a PEFT feature that is not supported. */
    ADAPTER_UNSUPPORTED(Kind.BAD_INPUT),
    /** An adapter does not fit the foundation: another base, shape or layer. */
    ADAPTER_MISFIT(Kind.BAD_INPUT),
    /** A NaN or an infinity in an input or in a merged tensor. */
    NOT_FINITE(Kind.BAD_INPUT),
    /** No namespace of that learner. */
    NAMESPACE_NOT_FOUND(Kind.BAD_INPUT),
    /** The namespace was deleted at a guardian's request, or is being deleted. */
    NAMESPACE_DELETED(Kind.BAD_INPUT),
    /** No checkpoint of that version, or no variant of that name. */
    CHECKPOINT_NOT_FOUND(Kind.BAD_INPUT),
    /** What was to be created is there already. */
    ALREADY_EXISTS(Kind.BAD_INPUT),
    /** What was to be changed is not as the caller said it must be; read it again and decide anew. */
    PRECONDITION_FAILED(Kind.BAD_INPUT),
    /** Another writer was first; read again and retry. */
    CONFLICT(Kind.ENVIRONMENT),
    /** The store, disk or network does not answer. */
    UNAVAILABLE(Kind.ENVIRONMENT),
    /** A write may or may not have happened. */
    OUTCOME_UNKNOWN(Kind.ENVIRONMENT),
    /** A foundation release does not have the bytes that were promised. */
    FOUNDATION_WRONG(Kind.DAMAGED),
    /** Stored bytes are not what was written. */
    CORRUPT_DATA(Kind.DAMAGED),
    /** A namespace's key was destroyed on purpose. */
    KEY_DESTROYED(Kind.BAD_INPUT),
    /** The vault's keys are not those that the data is encrypted under. */
    WRONG_KEY(Kind.ENVIRONMENT),
    /** Stored bytes are of a format that this version does not know. */
    UNKNOWN_FORMAT(Kind.ENVIRONMENT);

    /** Who can mend an error. */
    public enum Kind {
        /** The caller: other input is needed. */
        BAD_INPUT,
        /** Nobody by retrying: bytes are not what they were. */
        DAMAGED,
        /** The operator: a disk, a database, a network. */
        ENVIRONMENT
    }

    private final Kind kind;

    ErrorCode(Kind kind) {
        this.kind = kind;
    }

    /** Who can mend an error of this code. */
    public Kind kind() {
        return kind;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import org.jspecify.annotations.Nullable;

/**
 * Root of all errors of this project. Unchecked; the message is one line that a person can act on, the fields of the
 * subclasses are for programs. Expected outcomes (a plan that is rejected, a namespace that is up to date) are sealed
 * results and never exceptions.
 */
public abstract class PfmException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    protected PfmException(ErrorCode code, String message) {
        this(code, message, null);
    }

    protected PfmException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** What went wrong, as a stable name. */
    public final ErrorCode code() {
        return code;
    }

    /** Whether the same call may succeed later without any other change. */
    public boolean retryable() {
        return false;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import org.jspecify.annotations.Nullable;

/** A write may or may not have happened. Never clean up after it: read again, compare, then decide. */
public final class OutcomeUnknownException extends PfmException {
    private static final long serialVersionUID = 1L;

    public OutcomeUnknownException(String message) {
        this(message, null);
    }

    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(ErrorCode.OUTCOME_UNKNOWN, message, cause);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import org.jspecify.annotations.Nullable;

/** The store, disk or network behind a call did not answer; a write that was under way did not happen. */
public final class UnavailableException extends PfmException {
    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
        this(message, null);
    }

    public UnavailableException(String message, @Nullable Throwable cause) {
        super(ErrorCode.UNAVAILABLE, message, cause);
    }

    @Override
    public boolean retryable() {
        return true;
    }
}

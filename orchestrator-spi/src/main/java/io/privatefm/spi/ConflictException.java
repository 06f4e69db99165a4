/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import org.jspecify.annotations.Nullable;

/** Another writer changed what this write was conditional on; nothing was written. Read again and retry the whole transaction. */
public final class ConflictException extends PfmException {
    private static final long serialVersionUID = 1L;

    public ConflictException(String message) {
        this(message, null);
    }

    public ConflictException(String message, @Nullable Throwable cause) {
        super(ErrorCode.CONFLICT, message, cause);
    }

    @Override
    public boolean retryable() {
        return true;
    }
}

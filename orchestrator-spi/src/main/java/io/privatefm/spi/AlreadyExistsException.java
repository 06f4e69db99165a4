/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import org.jspecify.annotations.Nullable;

/** What was to be created is there already; nothing was written. */
public final class AlreadyExistsException extends PfmException {
    private static final long serialVersionUID = 1L;

    public AlreadyExistsException(String message) {
        this(message, null);
    }

    public AlreadyExistsException(String message, @Nullable Throwable cause) {
        super(ErrorCode.ALREADY_EXISTS, message, cause);
    }
}

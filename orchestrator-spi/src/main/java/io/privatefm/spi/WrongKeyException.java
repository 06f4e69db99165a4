/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import org.jspecify.annotations.Nullable;

/**
 * A key is there, and it is not the one that this was encrypted under: a root key of another installation, or a restored vault. A
 * fault of the set-up, which says nothing about the data: it is never repaired by fallback.
 */
public final class WrongKeyException extends PfmException {
    private static final long serialVersionUID = 1L;

    public WrongKeyException(String message) {
        this(message, null);
    }

    public WrongKeyException(String message, @Nullable Throwable cause) {
        super(ErrorCode.WRONG_KEY, message, cause);
    }
}

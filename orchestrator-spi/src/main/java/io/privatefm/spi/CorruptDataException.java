/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import org.jspecify.annotations.Nullable;

/** Stored bytes are not what was written; the message names the blob, file or tensor. */
public final class CorruptDataException extends PfmException {
    private static final long serialVersionUID = 1L;

    public CorruptDataException(String message) {
        this(message, null);
    }

    public CorruptDataException(String message, @Nullable Throwable cause) {
        super(ErrorCode.CORRUPT_DATA, message, cause);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import org.jspecify.annotations.Nullable;

/** A foundation release does not have the content hash that was promised or recorded. No merge happens on it. */
public final class FoundationWrongException extends PfmException {
    private static final long serialVersionUID = 1L;

    public FoundationWrongException(String message) {
        this(message, null);
    }

    public FoundationWrongException(String message, @Nullable Throwable cause) {
        super(ErrorCode.FOUNDATION_WRONG, message, cause);
    }
}

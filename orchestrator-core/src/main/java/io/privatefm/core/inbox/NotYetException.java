/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.inbox;

import org.jspecify.annotations.Nullable;

/**
 * A message cannot be taken now, for a reason that is its own and may pass: what it is about is not there yet. No {@link
 * io.privatefm.spi.PfmException}, so that a bus delivers it again a bounded number of times, and then gives it up.
 */
public final class NotYetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotYetException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.PfmException;

/** So many watch operations that nobody else can, for now. */
public final class TooManyWatchersException extends PfmException {
    private static final long serialVersionUID = 1L;

    TooManyWatchersException(int most) {
        super(ErrorCode.UNAVAILABLE, most + " watch operations already; ask for the operation now and then");
    }

    @Override
    public boolean retryable() {
        return true;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.PfmException;

/** An {@link IdempotencyKey} came with another request than before. */
public final class KeyReusedException extends PfmException {
    private static final long serialVersionUID = 1L;

    public KeyReusedException() {
        super(
                ErrorCode.INVALID_ARGUMENT,
                "the Idempotency-Key came with another request before; this one needs another key");
    }
}

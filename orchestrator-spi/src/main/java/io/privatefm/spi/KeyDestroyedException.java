/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

/** A namespace's key was destroyed on purpose. What was encrypted under it is gone for good; this is no fault to repair. */
public final class KeyDestroyedException extends PfmException {
    private static final long serialVersionUID = 1L;

    public KeyDestroyedException(String message) {
        super(ErrorCode.KEY_DESTROYED, message);
    }
}

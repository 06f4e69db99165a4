/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

/** Stored bytes are of a format that this version does not know, most likely of a later one. Nothing is wrong with them. */
public final class UnknownFormatException extends PfmException {
    private static final long serialVersionUID = 1L;

    public UnknownFormatException(String message) {
        super(ErrorCode.UNKNOWN_FORMAT, message);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import io.privatefm.spi.checkpoint.Verdict;
import org.jspecify.annotations.Nullable;

/** Stored bytes are not what was written; the message names the blob, file or tensor. */
public final class CorruptDataException extends PfmException {
    private static final long serialVersionUID = 1L;

    private final Verdict verdict;

    public CorruptDataException(String message) {
        this(Verdict.BIT_ROT, message, null);
    }

    public CorruptDataException(String message, @Nullable Throwable cause) {
        this(Verdict.BIT_ROT, message, cause);
    }

    public CorruptDataException(Verdict verdict, String message) {
        this(verdict, message, null);
    }

    private CorruptDataException(Verdict verdict, String message, @Nullable Throwable cause) {
        super(ErrorCode.CORRUPT_DATA, message, cause);
        this.verdict = verdict;
    }

    /** What is the matter with them; whether that is damage or something else decides what is to be done. */
    public Verdict verdict() {
        return verdict;
    }
}

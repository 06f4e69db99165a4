/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import org.jspecify.annotations.Nullable;

/**
 * An input was refused before anything was written: a malformed model or adapter, an unsupported feature, an adapter of
 * another base, an argument out of range.
 */
public final class InvalidInputException extends PfmException {
    private static final long serialVersionUID = 1L;

    private final @Nullable String file;
    private final @Nullable String tensor;
    private final String reason;

    /**
     * @param code one of kind {@link ErrorCode.Kind#BAD_INPUT}
     * @param file the file at fault, as its store names it, if there is one
     * @param tensor the tensor, module or configuration field at fault, if there is one
     * @param reason what is wrong, without file and tensor, which the message puts in front
     */
    public InvalidInputException(ErrorCode code, @Nullable String file, @Nullable String tensor, String reason) {
        super(code, message(file, tensor, reason));
        this.file = file;
        this.tensor = tensor;
        this.reason = reason;
    }

    public InvalidInputException(ErrorCode code, String reason) {
        this(code, null, null, reason);
    }

    /** The file at fault, if there is one. */
    public @Nullable String file() {
        return file;
    }

    /** The tensor, module or configuration field at fault, if there is one. */
    public @Nullable String tensor() {
        return tensor;
    }

    /** The same refusal, its file named with the place where it lies. */
    public InvalidInputException within(String location) {
        return new InvalidInputException(code(), file == null ? location : location + "/" + file, tensor, reason);
    }

    private static String message(@Nullable String file, @Nullable String tensor, String reason) {
        StringBuilder message = new StringBuilder();
        if (file != null) {
            message.append(file).append(": ");
        }
        if (tensor != null) {
            message.append(tensor).append(": ");
        }
        return message.append(reason).toString();
    }
}

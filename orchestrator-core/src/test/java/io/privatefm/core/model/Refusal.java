/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** Fixture: asserts that an input is refused as it should be. */
public final class Refusal {
    /** Controls (line breaks among them) and invisible characters such as the ones that turn the writing direction. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private static final int LONGEST_MESSAGE = 1000;

    private Refusal() {}

    /**
     * Asserts that {@code call} throws an {@link InvalidInputException} with exactly these fields, whose message is one
     * printable line: file and tensor in front, if given, and then {@code reason} somewhere.
     */
    public static void assertRefused(
            ThrowingCallable call, ErrorCode code, @Nullable String file, @Nullable String tensor, String reason) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isExactlyInstanceOf(InvalidInputException.class);
        InvalidInputException refusal = (InvalidInputException) thrown;
        String start = (file == null ? "" : file + ": ") + (tensor == null ? "" : tensor + ": ");
        assertThat(refusal).hasMessageStartingWith(start).hasMessageContaining(reason);
        assertThat(refusal.code()).as("code").isEqualTo(code);
        assertThat(refusal.file()).as("file").isEqualTo(file);
        assertThat(refusal.tensor()).as("tensor").isEqualTo(tensor);
        assertThat(refusal.getMessage())
                .as("a message of one printable line")
                .doesNotContainPattern(UNPRINTABLE)
                .hasSizeLessThanOrEqualTo(LONGEST_MESSAGE);
    }
}

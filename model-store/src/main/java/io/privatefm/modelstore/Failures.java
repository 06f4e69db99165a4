/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The wording of errors: one line that names the path, whatever the path or the input contains. */
final class Failures {
    private Failures() {}

    /**
     * An I/O error as the SPI reports it.
     *
     * @param action what was tried, such as {@code open}
     */
    static UnavailableException unavailable(String action, Path path, IOException cause) {
        return new UnavailableException(
                "cannot " + action + " " + shown(path) + ": " + reason(cause) + culprit(path, cause), cause);
    }

    /** Text from outside, fit for one line of a message: control characters become question marks. */
    static String shown(Object text) {
        return text.toString().replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", "?");
    }

    /** The path at fault, where it is another one: a folder on the way. */
    private static String culprit(Path path, IOException error) {
        @Nullable String file = error instanceof FileSystemException failed ? failed.getFile() : null;
        return file == null || file.equals(path.toString()) ? "" : " (" + shown(file) + ")";
    }

    private static String reason(IOException error) {
        if (error instanceof NoSuchFileException) {
            return "it does not exist";
        }
        if (error instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (error instanceof NotDirectoryException) {
            return "it is not a directory";
        }
        if (error instanceof ClosedByInterruptException) {
            return "the thread was interrupted, which closes the file";
        }
        if (error instanceof ClosedChannelException) {
            return "the file is closed";
        }
        @Nullable String text = error instanceof FileSystemException failed ? failed.getReason() : error.getMessage();
        return text == null ? error.getClass().getSimpleName() : shown(text);
    }
}

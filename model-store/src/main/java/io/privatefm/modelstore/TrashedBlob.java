/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.Sha256;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A discarded blob, as its file's name tells: {@code <64 hex digits>-<milliseconds since 1970, 15 digits>}. The time is
 * in the name because that reaches the disk together with the move.
 */
record TrashedBlob(Path file, Sha256 name, Instant discardedAt) {
    private static final Pattern FORM = Pattern.compile("([0-9a-f]{64})-([0-9]{15})");

    static Optional<TrashedBlob> parse(Path file) {
        Matcher parts = FORM.matcher(file.getFileName().toString());
        return parts.matches()
                ? Optional.of(new TrashedBlob(
                        file, Sha256.parse(parts.group(1)), Instant.ofEpochMilli(Long.parseLong(parts.group(2)))))
                : Optional.empty();
    }

    /** A name without the form's 15 digits would not be found again: the clock is right to some 30 000 years. */
    static TrashedBlob of(Path folder, Sha256 name, Instant now) {
        // rounded up, so that nothing is destroyed that was discarded at the very time that is asked for
        long millis = now.toEpochMilli() + 1;
        return new TrashedBlob(folder.resolve("%s-%015d".formatted(name, millis)), name, Instant.ofEpochMilli(millis));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.UnknownFormatException;
import io.privatefm.spi.WrongKeyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which root key a vault goes by, the file {@code root}; proves itself by a check value under that key.
 *
 * @param current id of the root key
 * @param next id of the root key that the vault is being rotated to, if it is
 */
record RootFile(String current, @Nullable String next) {
    private static final String FORMAT = "pfm-vault-1\n";
    private static final Pattern TEXT =
            Pattern.compile("(pfm-vault-1\ncurrent ([0-9a-f]{32})\n(?:next ([0-9a-f]{32})\n)?)check ([0-9a-f]{64})\n");
    private static final Pattern LATER = Pattern.compile("pfm-vault-[0-9]+\n.*", Pattern.DOTALL);

    /**
     * Reads the file.
     *
     * @return empty if it is not there
     * @throws WrongKeyException if it names a root key that is not there, or was not written with it
     * @throws UnknownFormatException if a later version wrote it
     */
    static Optional<RootFile> read(Path file, RootKeys keys) throws IOException {
        String text;
        try {
            text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (LATER.matcher(text).matches() && !text.startsWith(FORMAT)) {
            throw new UnknownFormatException(Failures.shown(file) + ": was written by a later version");
        }
        Matcher fields = TEXT.matcher(text);
        if (!fields.matches()) {
            throw damaged(file);
        }
        String check = keys.require(fields.group(2), file).check(fields.group(1));
        if (!MessageDigest.isEqual(
                check.getBytes(StandardCharsets.US_ASCII), fields.group(4).getBytes(StandardCharsets.US_ASCII))) {
            throw damaged(file);
        }
        return Optional.of(new RootFile(fields.group(2), fields.group(3)));
    }

    /** What new keys are wrapped under. */
    String writing() {
        return next == null ? current : next;
    }

    /** The file's content, with the current root key's proof. */
    byte[] content(RootKey key) {
        String text = FORMAT + "current " + current + "\n" + (next == null ? "" : "next " + next + "\n");
        return (text + "check " + key.check(text) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static WrongKeyException damaged(Path file) {
        return new WrongKeyException(Failures.shown(file) + ": is damaged, so that nobody can tell which root key this"
                + " vault goes by; restore it from a backup of this vault");
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.Sha256;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;

/**
 * A text that a server sent, in a file: a line with the SHA-256 of the rest, a line with its URL, a line with its ETag
 * (or nothing), and the text. What is damaged, or is of another URL, counts as not there.
 */
record KeptText(Path file, URI uri) {
    /**
     * A text.
     *
     * @param etag that it came under, of one line, or empty
     */
    record Copy(String etag, ByteBuffer text) {
        Copy {
            text = text.asReadOnlyBuffer();
        }

        @Override
        public ByteBuffer text() {
            return text.duplicate();
        }
    }

    /** What was kept of this URL. */
    Optional<Copy> read() {
        try {
            if (Files.size(file) > 2L * StrictJson.MAX_BYTES) {
                return Optional.empty();
            }
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file));
            String digest = line(all);
            if (!digest.equals(digestOf(all.duplicate())) || !line(all).equals(uri.toString())) {
                return Optional.empty();
            }
            return Optional.of(new Copy(line(all), all.slice()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failures.unavailable("read", file, e);
        }
    }

    /** Keeps a text in place of what was kept. */
    void write(Copy copy) {
        ByteBuffer text = copy.text();
        byte[] head = (uri + "\n" + copy.etag() + "\n").getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer rest = ByteBuffer.allocate(head.length + text.remaining());
        rest.put(head).put(text).flip();
        byte[] first = (digestOf(rest.duplicate()) + "\n").getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer all = ByteBuffer.allocate(first.length + rest.remaining());
        all.put(first).put(rest);
        try (StagedFile staged = StagedFile.of(file, all.array());
                DurableFolder folder = DurableFolder.open(Objects.requireNonNull(file.getParent()))) {
            staged.replace(file);
            folder.force();
        } catch (IOException e) {
            throw Failures.unavailable("write", file, e);
        }
    }

    private static String line(ByteBuffer text) {
        StringBuilder line = new StringBuilder();
        while (text.hasRemaining()) {
            char c = (char) (text.get() & 0xFF);
            if (c == '\n') {
                break;
            }
            line.append(c);
        }
        return line.toString();
    }

    private static String digestOf(ByteBuffer bytes) {
        MessageDigest digest = new Checksum(Checksum.Kind.SHA_256, "").start(bytes.remaining());
        digest.update(bytes);
        return Sha256.of(digest.digest()).hex();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.modelstore.http.Answer;
import io.privatefm.modelstore.http.Attempts;
import io.privatefm.modelstore.http.HttpSource;
import io.privatefm.modelstore.http.Origin;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A list that a server has, at most 1 MiB. The last good one is kept in a file, with its ETag: it is not sent again if
 * it is still the same.
 *
 * @param missing makes the error for a list that is not there, from its reason
 */
record RemoteText(HttpSource source, URI uri, KeptText kept, Function<String, InvalidInputException> missing) {
    /**
     * What the server has now.
     *
     * @param parser reads the list; what it refuses is not kept
     * @throws io.privatefm.spi.UnavailableException if the server does not answer
     */
    <T> T fetch(Function<ByteBuffer, T> parser) {
        Optional<KeptText.Copy> copy = kept.read();
        Attempts attempts = source.attempts();
        while (true) {
            try {
                return once(copy, parser);
            } catch (IOException e) {
                attempts.failed(uri, e, 0);
            }
        }
    }

    private <T> T once(Optional<KeptText.Copy> copy, Function<ByteBuffer, T> parser) throws IOException {
        Map<String, String> headers = copy.filter(last -> !last.etag().isEmpty())
                .map(last -> Map.of("If-None-Match", last.etag()))
                .orElse(Map.of());
        try (Answer answer = source.get(uri, headers)) {
            if (answer.status() == 304 && copy.isPresent()) {
                return parser.apply(copy.get().text());
            }
            if (answer.status() == 404 || answer.status() == 410) {
                throw missing.apply("there is no " + Origin.shown(uri) + " (status " + answer.status() + ")");
            }
            if (answer.status() != 200) {
                throw new IOException("it answers " + answer.status());
            }
            ByteBuffer text = body(answer);
            T parsed = parser.apply(text.duplicate());
            KeptText.Copy now = new KeptText.Copy(answer.etag().orElse(""), text);
            if (!copy.equals(Optional.of(now))) {
                kept.write(now);
            }
            return parsed;
        }
    }

    private ByteBuffer body(Answer answer) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        while (true) {
            @Nullable ByteBuffer bytes = answer.next();
            if (bytes == null) {
                return ByteBuffer.wrap(text.toByteArray());
            }
            if (bytes.remaining() > StrictJson.MAX_BYTES - text.size()) {
                throw new InvalidInputException(
                        ErrorCode.MODEL_INVALID,
                        Origin.shown(uri) + ": is longer than " + StrictJson.MAX_BYTES + " bytes");
            }
            Channels.newChannel(text).write(bytes);
        }
    }
}

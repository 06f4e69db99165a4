/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a server answered, its body not yet read. Used by one thread; to be closed, which gives up the rest. */
public final class Answer implements AutoCloseable {
    private static final int MAX_ETAG = 1024;

    private final HttpResponse<TimedBody> response;
    private final HttpHeaders first;
    private final Patience patience;
    private final Pace pace;

    /** An answer at the end of redirects, and the headers at their beginning. */
    Answer(HttpResponse<TimedBody> response, HttpHeaders first, Patience patience, Pace pace) {
        this.response = response;
        this.first = first;
        this.patience = patience;
        this.pace = pace;
    }

    /** The status of the last answer, which is no redirect. */
    public int status() {
        return response.statusCode();
    }

    /** Where it came from in the end. */
    URI uri() {
        return response.uri();
    }

    /** A header of the last answer. */
    public Optional<String> header(String name) {
        return response.headers().firstValue(name);
    }

    /** A header of the answer of the server that was asked, whether it redirected or not. */
    public Optional<String> firstHeader(String name) {
        return first.firstValue(name);
    }

    /** The last answer's ETag, if it can be sent back: printable ASCII, not too long. */
    public Optional<String> etag() {
        return header("ETag")
                .filter(tag -> tag.length() <= MAX_ETAG && tag.chars().allMatch(c -> c >= ' ' && c < 0x7F));
    }

    /**
     * The next bytes of the body; null when it is over.
     *
     * @throws IOException if they do not come in time, or the connection breaks; it may be tried again
     */
    public @Nullable ByteBuffer next() throws IOException {
        try {
            @Nullable ByteBuffer bytes = response.body().next(patience.idle());
            if (bytes != null) {
                pace.add(bytes.remaining());
            }
            return bytes;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the thread was interrupted");
        }
    }

    @Override
    public void close() {
        response.body().cancel();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The bytes of a request's body, never more than there may be. */
final class RequestBody {
    private RequestBody() {}

    /** Whether none was sent. */
    static boolean isAbsent(Context ctx) {
        return ctx.req().getContentLengthLong() <= 0 && ctx.header("Transfer-Encoding") == null;
    }

    /** A JSON body's bytes. */
    static byte[] json(Context ctx) {
        if (!"application/json".equals(mediaType(ctx.contentType()))) {
            throw unsupported("application/json");
        }
        requirePlain(ctx.header("Content-Encoding"));
        return read(ctx, Json.MOST_BYTES);
    }

    /** A header's media type without its parameters, in lower case; empty if there is none. */
    static String mediaType(@Nullable String header) {
        if (header == null) {
            return "";
        }
        int end = header.indexOf(';');
        return (end < 0 ? header : header.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    /**
     * Refuses a body that is compressed: how large it is, is not known before it is unpacked.
     *
     * @param encodings the header {@code Content-Encoding}, if it is there
     */
    static void requirePlain(@Nullable String encodings) {
        if (encodings != null && !encodings.isBlank() && !encodings.strip().equalsIgnoreCase("identity")) {
            throw unsupported("sent as it is, without a Content-Encoding")
                    .with("Accept-Encoding", "identity"); // RFC 9110, 15.5.16
        }
    }

    static ProblemException unsupported(String expected) {
        return new ProblemException(415, "UNSUPPORTED_MEDIA_TYPE", "the body must be " + expected);
    }

    static ProblemException tooLarge(long most) {
        return new ProblemException(413, "CONTENT_TOO_LARGE", "the body may have at most " + most + " bytes")
                .with("Connection", "close");
    }

    /** What a body that could not be read to its end means. */
    static ProblemException broken(IOException e) {
        return e.getCause() instanceof TimeoutException
                ? Problems.ofStatus(408)
                : ProblemException.malformed("the body ended early");
    }

    private static byte[] read(Context ctx, int most) {
        if (ctx.req().getContentLengthLong() > most) {
            throw tooLarge(most);
        }
        byte[] bytes;
        try (InputStream in = ctx.bodyInputStream()) {
            bytes = in.readNBytes(most + 1);
        } catch (IOException e) {
            throw broken(e);
        }
        if (bytes.length > most) {
            throw tooLarge(most);
        }
        return bytes;
    }
}

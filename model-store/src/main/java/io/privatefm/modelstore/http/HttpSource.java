/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.http;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads from one server: GET and nothing else. Errors that may go away are {@link IOException}s, for
 * {@link Attempts}; the others are those of the SPI. Safe for use by several threads at once.
 */
public final class HttpSource {
    private final Origin origin;
    private final Redirects redirects;
    private final Patience patience;
    private final Pauses pauses;
    private final LongSupplier nanos;
    private final HttpClient client;

    /**
     * A source.
     *
     * @param redirects where the server may send a reader
     * @param nanos a clock that counts nanoseconds from any point
     */
    public HttpSource(Origin origin, Redirects redirects, Patience patience, Pauses pauses, LongSupplier nanos) {
        this.origin = origin;
        this.redirects = redirects;
        this.patience = patience;
        this.pauses = pauses;
        this.nanos = nanos;
        this.client = HttpClient.newBuilder()
                .version(Version.HTTP_1_1)
                .followRedirects(Redirect.NEVER)
                .connectTimeout(patience.connect())
                .build();
    }

    /** The server. */
    public Origin origin() {
        return origin;
    }

    /** A new count of attempts. */
    public Attempts attempts() {
        return new Attempts(patience.attempts(), pauses);
    }

    /** Waiting, as it was given. */
    public Pauses pauses() {
        return pauses;
    }

    /**
     * Asks for something, redirects followed as far as they are allowed.
     *
     * @throws IOException if the server does not answer in time, or says that it cannot now
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if it refuses
     * @throws FoundationWrongException if it redirects where it may not
     */
    public Answer get(URI uri, Map<String, String> headers) throws IOException {
        RedirectTrail trail = new RedirectTrail(origin, redirects, uri);
        @Nullable HttpHeaders first = null;
        while (true) {
            HttpResponse<TimedBody> response = send(trail, headers);
            first = first == null ? response.headers() : first;
            Answer answer = new Answer(response, first, patience, new Pace(patience, nanos));
            try {
                if (!RedirectTrail.isRedirect(answer.status())) {
                    requireAnswer(answer, trail);
                    return answer;
                }
                trail.follow(answer.header("Location"));
            } catch (IOException | RuntimeException e) {
                answer.close();
                throw e;
            }
            answer.close();
        }
    }

    /** What went wrong, in a few words. */
    static String words(Throwable error) {
        if (error instanceof ConnectException && !(error.getCause() instanceof UnresolvedAddressException)) {
            return "nothing answers there";
        }
        if (error instanceof UnknownHostException || error.getCause() instanceof UnresolvedAddressException) {
            return "the host is not known";
        }
        @Nullable String message = error.getMessage();
        return message == null
                ? error.getClass().getSimpleName()
                : message.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", "?");
    }

    private HttpResponse<TimedBody> send(RedirectTrail trail, Map<String, String> headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(trail.at()).GET().setHeader("Accept-Encoding", "identity");
        headers.forEach(request::setHeader);
        if (trail.isAtHome()) {
            origin.authorization().ifPresent(value -> request.setHeader("Authorization", value));
        }
        TimedBody body = new TimedBody();
        CompletableFuture<HttpResponse<TimedBody>> response = client.sendAsync(request.build(), info -> body);
        try {
            return response.get(patience.answer().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            abandon(response, body);
            throw new HttpTimeoutException(
                    "no answer came for " + patience.answer().toMillis() + " ms");
        } catch (InterruptedException e) {
            abandon(response, body);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the thread was interrupted");
        } catch (ExecutionException e) {
            @Nullable Throwable cause = e.getCause();
            throw cause instanceof IOException failure ? failure : new IOException(words(e), e);
        }
    }

    /** Also if the answer comes at the same time. */
    private static void abandon(CompletableFuture<HttpResponse<TimedBody>> response, TimedBody body) {
        response.cancel(true);
        body.cancel();
    }

    private static void requireAnswer(Answer answer, RedirectTrail trail) throws IOException {
        int status = answer.status();
        if (status >= 500 || status == 408 || status == 429) {
            throw new IOException("it answers " + status);
        }
        boolean denied = status == 401 || status == 403;
        if (denied && !trail.isAtHome()) {
            throw new IOException("it answers " + status); // an address that was signed for a while
        }
        if (denied) {
            throw refused(answer, "check the API key, and that it may read this");
        }
        if (status >= 400 && status != 404 && status != 410 && status != 416) {
            throw refused(answer, "check the URL of the model registry");
        }
    }

    private static InvalidInputException refused(Answer answer, String advice) {
        return new InvalidInputException(
                ErrorCode.CONFIGURATION,
                Origin.shown(answer.uri()) + " is refused with status " + answer.status() + ": " + advice);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** The answers to requests that the HTTP server refuses before any route sees them: problems as well. */
final class ProblemPages extends ErrorHandler {
    private final RandomGenerator random;

    ProblemPages(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback)
            throws IOException {
        byte[] body = body(
                code,
                Correlation.of(
                        request.getHeaders().getValuesList(Correlation.HEADER),
                        request.getHeaders().getValuesList("traceparent"),
                        random),
                response.getHeaders());
        response.setStatus(Problems.ofStatus(code).status());
        response.write(true, ByteBuffer.wrap(body), callback);
    }

    @Override
    @SuppressWarnings("removal") // it is what is asked as long as it is there
    public ByteBuffer badMessageError(int status, @Nullable String reason, HttpFields.Mutable fields) {
        return ByteBuffer.wrap(body(status, Correlation.drawn(random), fields));
    }

    private static byte[] body(int status, String correlationId, HttpFields.Mutable headers) {
        ProblemException refusal = Problems.ofStatus(status);
        StandardHeaders.ALL.forEach((name, value) -> headers.put(new HttpField(name, value)));
        headers.put(Correlation.HEADER, correlationId);
        headers.put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
        refusal.headers().forEach(headers::put);
        return Json.bytes(Problem.of(refusal, correlationId));
    }
}

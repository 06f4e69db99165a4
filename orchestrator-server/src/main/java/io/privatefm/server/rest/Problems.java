/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.privatefm.server.access.AccessException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.PfmException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.EofException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Turns whatever a handler threw into an answer. */
final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final Duration SOON = Duration.ofSeconds(2);

    /** A chain of causes may be a ring. */
    private static final int MOST_CAUSES = 20;

    private Problems() {}

    /** Answers a request that ended with an error; one whose answer has begun already is broken off. */
    static void answer(Throwable error, Context ctx) {
        ProblemException refusal = refusal(error);
        boolean begun = ctx.res().isCommitted();
        if (begun && isCallerGone(error)) {
            about(LOG.atInfo(), ctx).log("a caller went away before the end of its answer");
        } else if (begun) {
            about(LOG.atError(), ctx).setCause(error).log("a request was broken off: {}", refusal.code());
        } else if (refusal.status() == 503 && error instanceof ProblemException) {
            about(LOG.atWarn(), ctx).log("a request was answered with 503 {}: {}", refusal.code(), refusal.detail());
        } else if (refusal.status() >= 500) {
            about(LOG.atError(), ctx)
                    .setCause(error)
                    .log("a request was answered with {} {}", refusal.status(), refusal.code());
        }
        if (begun) {
            ctx.attribute(CorrelationFilter.BROKEN, error);
            return;
        }
        ctx.res().resetBuffer();
        write(refusal, ctx);
    }

    private static LoggingEventBuilder about(LoggingEventBuilder line, Context ctx) {
        return line.addKeyValue("route", AccessFilter.action(ctx).orElse("none"))
                .addKeyValue("correlation_id", Correlation.of(ctx.req()));
    }

    /** Whether nobody was there any more to take the answer: nothing of the service has failed then. */
    private static boolean isCallerGone(Throwable error) {
        return Stream.iterate(error, Objects::nonNull, Throwable::getCause)
                .limit(MOST_CAUSES)
                .anyMatch(EofException.class::isInstance);
    }

    /** Answers a request that ended with an error of the Java platform. */
    static void answer(HttpServletResponse response, Error error) {
        String id = String.valueOf(response.getHeader(Correlation.HEADER));
        LOG.atError().addKeyValue("correlation_id", id).setCause(error).log("a request was answered with 500 INTERNAL");
        if (!response.isCommitted()) {
            response.resetBuffer();
            response.setStatus(500);
            response.setContentType(Problem.MEDIA_TYPE);
            try {
                response.getOutputStream().write(Json.bytes(Problem.of(ofStatus(500), id)));
            } catch (IOException e) {
                LOG.debug("the caller is gone", e);
            }
        }
    }

    /** Answers with a problem. */
    static void write(ProblemException refusal, Context ctx) {
        ctx.removeHeader("ETag");
        refusal.headers().forEach(ctx::header);
        ctx.status(refusal.status())
                .contentType(Problem.MEDIA_TYPE)
                .result(Json.bytes(Problem.of(refusal, Correlation.of(ctx.req()))));
    }

    /** What an error means to a caller. */
    static ProblemException refusal(Throwable error) {
        if (error instanceof ProblemException refusal) {
            return refusal;
        }
        if (error instanceof PfmException known) {
            return refusal(known);
        }
        if (error instanceof AccessException refused) {
            return refusal(refused);
        }
        if (error instanceof HttpResponseException http) {
            return ofStatus(http.getStatus());
        }
        if (error instanceof HttpException refused) {
            return ofStatus(refused.getCode());
        }
        return ofStatus(500);
    }

    /** The problem that stands for a status where nothing else is known. */
    static ProblemException ofStatus(int status) {
        return switch (status) {
            case 400 -> ProblemException.malformed("the request breaks the rules of HTTP, or was cut off");
            case 404 -> new ProblemException(404, "NOT_FOUND", "there is nothing at this path");
            case 405 -> new ProblemException(405, "METHOD_NOT_ALLOWED", "not with this method; see Allow");
            case 408 -> new ProblemException(408, "REQUEST_TIMEOUT", "the request came too slowly").retryable(SOON);
            case 413 -> new ProblemException(413, "CONTENT_TOO_LARGE", "the body is too large");
            case 414 -> new ProblemException(414, "URI_TOO_LONG", "the request's address is too long");
            case 415 -> new ProblemException(415, "UNSUPPORTED_MEDIA_TYPE", "the body is of the wrong kind");
            case 417 -> new ProblemException(417, "EXPECTATION_FAILED", "there is no such expectation");
            case 426 -> new ProblemException(426, "UPGRADE_REQUIRED", "another protocol is needed");
            case 431 -> new ProblemException(431, "HEADERS_TOO_LARGE", "the request's headers are too large");
            case 501 -> new ProblemException(501, "NOT_IMPLEMENTED", "the server does not do that");
            case 503 ->
                new ProblemException(503, "BUSY", "the server has too much to do, or is stopping").retryable(SOON);
            case 505 -> new ProblemException(505, "HTTP_VERSION", "the server does not speak this version of HTTP");
            default ->
                status >= 400 && status < 500
                        ? new ProblemException(status, "REFUSED", "the request was refused")
                        : new ProblemException(
                                500,
                                "INTERNAL",
                                "an error of the server; it is in the server's log" + " under this correlation id");
        };
    }

    private static ProblemException refusal(AccessException refused) {
        String message = String.valueOf(refused.getMessage());
        return switch (refused.kind()) {
            case UNAUTHENTICATED ->
                new ProblemException(401, "UNAUTHENTICATED", message)
                        .with("WWW-Authenticate", "Bearer realm=\"private-fm\"");
            case FORBIDDEN -> new ProblemException(403, "FORBIDDEN", message);
            case TOO_MANY_REQUESTS ->
                new ProblemException(429, "TOO_MANY_REQUESTS", message)
                        .retryable(refused.retryAfter().orElse(SOON));
        };
    }

    private static ProblemException refusal(PfmException known) {
        int status = STATUS.getOrDefault(known.code(), 500);
        String detail = status < 500 ? String.valueOf(known.getMessage()) : withoutInternals(known.code());
        ProblemException refusal = new ProblemException(status, known.code().name(), detail);
        if (known instanceof InvalidInputException invalid && invalid.file() != null && status == 422) {
            String file = invalid.file().substring(invalid.file().lastIndexOf('/') + 1);
            refusal = refusal.with(List.of(FieldProblem.at("/" + file, detail)));
        }
        return known.retryable() || known.code() == ErrorCode.CONFLICT ? refusal.retryable(SOON) : refusal;
    }

    /** Messages of the server's own trouble name its files and tables, which are nobody's business but the operator's. */
    private static String withoutInternals(ErrorCode code) {
        return switch (code) {
            case UNAVAILABLE -> "a store, disk or network does not answer now; try again";
            case OUTCOME_UNKNOWN -> "it may or may not have been done; look, or send the same request again";
            case WRONG_KEY -> "the server's keys are not those that the data is encrypted under; an operator is needed";
            case FOUNDATION_WRONG -> "the foundation release does not have the bytes that were promised";
            case CORRUPT_DATA -> "stored bytes are not what was written";
            case CONFIGURATION -> "the server's set-up does not allow this; an operator is needed";
            default -> "an error of the server; it is in the server's log under this correlation id";
        };
    }

    private static final Map<ErrorCode, Integer> STATUS = Map.ofEntries(
            Map.entry(ErrorCode.INVALID_ARGUMENT, 422),
            Map.entry(ErrorCode.MODEL_INVALID, 422),
            Map.entry(ErrorCode.ADAPTER_INVALID, 422),
            Map.entry(ErrorCode.ADAPTER_UNSUPPORTED, 422),
            Map.entry(ErrorCode.ADAPTER_MISFIT, 422),
            Map.entry(ErrorCode.NOT_FINITE, 422),
            Map.entry(ErrorCode.NAMESPACE_NOT_FOUND, 404),
            Map.entry(ErrorCode.CHECKPOINT_NOT_FOUND, 404),
            Map.entry(ErrorCode.NAMESPACE_DELETED, 410),
            Map.entry(ErrorCode.KEY_DESTROYED, 410),
            Map.entry(ErrorCode.ALREADY_EXISTS, 409),
            Map.entry(ErrorCode.CONFLICT, 409),
            Map.entry(ErrorCode.PRECONDITION_FAILED, 412),
            Map.entry(ErrorCode.UNAVAILABLE, 503),
            Map.entry(ErrorCode.OUTCOME_UNKNOWN, 503),
            Map.entry(ErrorCode.WRONG_KEY, 503),
            Map.entry(ErrorCode.FOUNDATION_WRONG, 503));
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A request is answered with a problem. Immutable but for its stack trace. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final boolean retryable;
    private final transient List<FieldProblem> errors;
    private final transient Map<String, String> headers;

    /**
     * A problem that the same request meets again.
     *
     * @param code in capitals, such as {@code NAMESPACE_NOT_FOUND}
     * @param detail one line that a person can act on; it is sent to the caller
     */
    public ProblemException(int status, String code, String detail) {
        this(status, code, detail, false, List.of(), Map.of());
    }

    private ProblemException(
            int status,
            String code,
            String detail,
            boolean retryable,
            List<FieldProblem> errors,
            Map<String, String> headers) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
        this.retryable = retryable;
        this.errors = List.copyOf(errors);
        this.headers = Map.copyOf(headers);
    }

    /** The request's fields or parameters are not what they must be. */
    public static ProblemException invalid(List<FieldProblem> errors) {
        String detail = errors.size() == 1
                ? errors.get(0).detail()
                : errors.size() + " parts of the request are not what they must be; see errors";
        return new ProblemException(422, "INVALID_ARGUMENT", detail).with(errors);
    }

    /** The request cannot be read at all. */
    public static ProblemException malformed(String detail) {
        return new ProblemException(400, "MALFORMED_REQUEST", detail).with(List.of(FieldProblem.at("", detail)));
    }

    /** This with what is wrong with which part of the request. */
    public ProblemException with(List<FieldProblem> parts) {
        return new ProblemException(status, code, detail(), retryable, parts, headers);
    }

    /** This with a header of the answer. */
    public ProblemException with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new ProblemException(status, code, detail(), retryable, errors, more);
    }

    /** This where the same request may succeed later. */
    public ProblemException retryable(Duration after) {
        long seconds = Math.max(1, after.plusMillis(999).toSeconds());
        ProblemException named = with("Retry-After", Long.toString(seconds));
        return new ProblemException(status, code, detail(), true, errors, named.headers);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The kind of problem. */
    public String code() {
        return code;
    }

    /** What happened. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    /** Whether the same request may succeed later. */
    public boolean retryable() {
        return retryable;
    }

    /** What is wrong with which part of the request. */
    public List<FieldProblem> errors() {
        return errors;
    }

    /** Headers of the answer. */
    public Map<String, String> headers() {
        return headers;
    }
}

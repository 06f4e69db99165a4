/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The body of an answer that is an error, as RFC 9457 has it.
 *
 * @param type a name for the kind of problem, for programs
 * @param title the same for a person
 * @param status the HTTP status
 * @param detail what happened this time
 * @param instance a name for this occurrence
 * @param code the kind again, as {@link io.privatefm.spi.ErrorCode} writes it
 * @param retryable whether the same request may succeed later
 * @param correlationId by which it is found in logs, events and the audit log
 * @param errors what is wrong with which part of the request, where that is known
 */
record Problem(
        String type,
        String title,
        int status,
        String detail,
        String instance,
        String code,
        boolean retryable,
        String correlationId,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FieldProblem> errors) {
    static final String MEDIA_TYPE = "application/problem+json";

    Problem {
        errors = List.copyOf(errors);
    }

    /** Of a refusal. */
    static Problem of(ProblemException refusal, String correlationId) {
        String words = refusal.code().toLowerCase(Locale.ROOT).replace('_', ' ');
        return new Problem(
                "urn:pfm:problem:" + words.replace(' ', '-'),
                words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1),
                refusal.status(),
                refusal.detail(),
                "urn:pfm:request:" + URLEncoder.encode(correlationId, StandardCharsets.UTF_8),
                refusal.code(),
                refusal.retryable(),
                correlationId,
                refusal.errors());
    }
}

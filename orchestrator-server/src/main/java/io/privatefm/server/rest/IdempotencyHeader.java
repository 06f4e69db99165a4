/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.privatefm.server.operation.IdempotencyKey;
import io.privatefm.spi.InvalidInputException;
import java.util.List;
import java.util.Optional;

/** The header {@code Idempotency-Key} of a request, and what is answered about it. */
final class IdempotencyHeader {
    static final String NAME = "Idempotency-Key";

    /** Of an answer that was given before. */
    static final String REPLAYED = "Idempotency-Replayed";

    private IdempotencyHeader() {}

    /**
     * What the caller calls this request.
     *
     * @param route method and route template
     * @throws ProblemException 422 if it cannot be a key
     */
    static Optional<IdempotencyKey> of(Context ctx, String route) {
        String header = ctx.header(NAME);
        if (header == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new IdempotencyKey(AccessFilter.principal(ctx).id(), route, header));
        } catch (InvalidInputException e) {
            throw ProblemException.invalid(List.of(FieldProblem.parameter(NAME, String.valueOf(e.getMessage()))));
        }
    }

    /** The key came with another request before. */
    static ProblemException reused() {
        return new ProblemException(
                422,
                "IDEMPOTENCY_KEY_REUSED",
                "the Idempotency-Key came with another request before; this one needs another key");
    }
}
